/** Whether there is a C compiler here. */
export function hasCompiler(): boolean;
/** Compiles both parts of a variant of the library when they are stale; the path of libtaos.so. */
export function buildLibrary(variant?: "current" | "older" | "later"): string;
/** Compiles the driver when it is stale; its path. */
export function buildDriver(): string;
