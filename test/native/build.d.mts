/** Whether there is a C compiler here. */
export function hasCompiler(): boolean;
/** Compiles the library when it is stale; its path. */
export function buildLibrary(): string;
/** Compiles the driver when it is stale; its path. */
export function buildDriver(): string;
