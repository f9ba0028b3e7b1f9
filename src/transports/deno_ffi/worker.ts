/**
 * The module of a thread that calls libtaos in Deno.
 *
 * @module
 */
import { serve } from "../native/serve.ts";
import { openLibrary } from "./library.ts";

serve({ openLibrary });
