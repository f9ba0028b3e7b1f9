/**
 * The batching sink: rows are gathered, sent in batches side by side, sent again where that helps, and accounted for.
 *
 * @module
 */
import { InterfaceError } from "../errors.ts";
import { withDeadline } from "../internal/abort.ts";
import { createDeferred, type Deferred } from "../internal/deferred.ts";
import type { StatementContext } from "../statements/context.ts";
import type { Inserter } from "../statements/insert.ts";
import type { Batch } from "./batch.ts";
import { BatchQueue } from "./batch_queue.ts";
import { BatchSender, type Outcome, withRetries } from "./batch_sender.ts";
import { checkRows, type CheckedRows, countRows, type WriterData } from "./intake.ts";
import { Ledger } from "./ledger.ts";
import { OpenBatch } from "./open_batch.ts";
import { learnSchema, type TableSchema, UnknownColumnError } from "./table_schema.ts";
import { checkWait, type ResolvedWriterOptions, resolveWriterOptions, type WaitOptions, type WriterOptions } from "./writer_options.ts";
import type { WriteReport } from "./write_report.ts";

/** What a writer needs of its connection. */
export interface WriterParts {
  readonly context: StatementContext;
  readonly inserter: Inserter;
  /** Called when the writer has closed. */
  onClosed(): void;
}
