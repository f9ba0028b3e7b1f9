/**
 * What is said between a page and its decode worker.
 *
 * @module
 */
import type { CodecErrorDetails } from "../errors.ts";

/** A raw block to be decoded. */
export interface DecodeRequest {
  readonly id: number;
  readonly block: Uint8Array;
}

/** Its batch region (`decodeBlock` in bindings.ts), or why there is none. */
export type DecodeReply =
  | { readonly id: number; readonly region: Uint8Array; readonly fault?: undefined }
  | { readonly id: number; readonly region?: undefined; readonly fault: DecodeFault };

/** A `CodecError` as a message can carry it. */
export type DecodeFault =
  & { readonly message: string }
  & Pick<CodecErrorDetails, "offset" | "needed" | "available" | "hint">;
