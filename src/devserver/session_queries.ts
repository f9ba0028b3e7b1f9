/**
 * The queries of one session: starts them and can stop those that are running or not yet read to their end.
 *
 * @module
 */
import type { Catalog } from "./catalog.ts";
import { type RowSet, ServerError } from "./engine.ts";
import { comparesWithNull } from "./null_comparison.ts";
import { type OpenQuery, runPlan } from "./results.ts";
import type { Query } from "./sql/ast.ts";
import type { PlanContext } from "./sql/plan_from.ts";
import { planQuery } from "./sql/plan_select.ts";
import type { Store } from "./store.ts";
import { dropNeedlessOrder } from "./stored_order.ts";

/** What all sessions share of their queries. */
export interface QueryState {
  store: Store;
  catalog: Catalog;
  queries: Map<number, OpenQuery>;
  nextQueryId: number;
}

/** A query to be run. */
export interface QueryRequest {
  query: Query;
  sql: string;
  /** Id of the request; 0 or none gives it a number of its own. */
  requestId: bigint | undefined;
  /** Makes what its plan depends on, as it is at present. */
  context: () => Promise<PlanContext>;
}

/** How often a query is planned whose tables change all the time. */
const mostAttempts = 5;

type Open = Parameters<typeof runPlan>[2];

/** The queries of one session. */
export class SessionQueries {
  readonly #state: QueryState;
  readonly #user: string;
  readonly #connectionId: number;
  readonly #open: Map<number, () => Promise<unknown>> = new Map();

  constructor(state: QueryState, user: string, connectionId: number) {
    this.#state = state;
    this.#user = user;
    this.#connectionId = connectionId;
  }

  /** Plans and starts a query. */
  async run({ query, sql, requestId, context }: QueryRequest): Promise<RowSet> {
    const { queries, store } = this.#state;
    const id = this.#state.nextQueryId++;
    const entry: OpenQuery = {
      id,
      queryId: requestId === undefined || requestId === 0n ? BigInt(id) : requestId,
      sql,
      user: this.#user,
      connectionId: this.#connectionId,
      started: Date.now(),
      kill: () => undefined,
    };
    const finish = (): void => {
      queries.delete(id);
      this.#open.delete(id);
    };
    const open: Open = (kill, abandon) => {
      entry.kill = kill;
      this.#open.set(id, abandon);
      return finish;
    };
    for (let attempt = 1;; attempt++) {
      queries.set(id, entry);
      try {
        const rows = await this.#start(query, await context(), open);
        if (rows !== null) return rows;
      } catch (error) {
        finish();
        if (attempt === mostAttempts || !isOutdatedPlan(error)) throw error;
        await store.settled();
      }
    }
  }

  /** Stops the queries that are running or open. */
  async stop(): Promise<void> {
    await Promise.all([...this.#open.values()].map((abandon) => abandon()));
  }

  /** Plans a query and starts it; null when a write meanwhile ended the order of rows the plan relies on. */
  async #start(query: Query, context: PlanContext, open: Open): Promise<RowSet | null> {
    const { catalog, store } = this.#state;
    const { query: shorter, isSorted, reliesOn } = dropNeedlessOrder(
      query,
      catalog,
      context.database,
    );
    const plan = planQuery(shorter, context, isSorted);
    if (comparesWithNull(query, context.parameters)) plan.sql = `FROM (${plan.sql}) LIMIT 0`;
    const rows = await runPlan(store, plan, open);
    if (reliesOn === null || reliesOn.isInOrder) return rows;
    await rows.blocks[Symbol.asyncIterator]().return?.();
    return null;
  }
}

/** Tells whether a query failed as others changed its tables after it was planned. */
function isOutdatedPlan(error: unknown): boolean {
  const cause = error instanceof ServerError ? error.cause : null;
  return cause instanceof Error && /^(Catalog|Binder) Error/.test(cause.message);
}
