/**
 * What one WebSocket connection holds: its login, results and statements.
 *
 * @module
 */

import { type Engine, type RowSet, ServerError, type Session } from "./engine.ts";
import type { StatementCounter } from "./faults.ts";
import { OpenResult, Serial } from "./session_results.ts";
import type { Statement1 } from "./session_stmt1.ts";
import type { Statement2 } from "./session_stmt2.ts";

/** Settings of the server that every connection needs. */
export interface ServerContext {
  engine: Engine;
  /** Told of every statement. */
  statements: StatementCounter;
  /** Version told to clients. */
  version: string;
  /** Bearer token that logs in as root; null when there is none. */
  token: string | null;
}

/** How a connection was opened. */
export interface Endpoint {
  /** True for the paths of old clients, where malformed JSON is not answered. */
  isLegacy: boolean;
  /** True when the URL has a gateway's `token`: bearer tokens of `conn` are ignored then. */
  isBehindGateway: boolean;
}

/** Fields of `conn` that decide about the session. */
export interface Login {
  user: string;
  password: string;
  /** Takes the place of user and password when it is not empty. */
  bearerToken: string;
  database: string;
  timeZone: string;
  mode: number | null;
}

/** True when the runtime knows an IANA zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The generic error of the adapter in front of the database. */
export function adapterError(message: string): ServerError {
  return new ServerError(0xffff, message);
}

/** State of one WebSocket connection. */
export class ClientSession {
  readonly context: ServerContext;
  readonly results: Map<bigint, OpenResult> = new Map();
  /** Statements of the first and of the second interface share one counter of ids. */
  readonly statements: Map<bigint, Statement1 | Statement2> = new Map();
  user = "";
  readonly endpoint: Endpoint;
  /** Resolves when the client has taken enough of what was sent for more to be made. */
  waitForRoom: () => Promise<void> = () => Promise.resolve();
  private session: Session | null = null;
  private initialTimeZone = "UTC";
  private readonly loginSerial = new Serial();
  private lastResultId = 0n;
  private lastStatementId = 0n;

  constructor(context: ServerContext, endpoint: Endpoint) {
    this.context = context;
    this.endpoint = endpoint;
  }

  /** True after a successful `conn`. */
  get isConnected(): boolean {
    return this.session !== null;
  }

  /**
   * The engine's session.
   *
   * @throws {ServerError} before `conn`.
   */
  get engineSession(): Session {
    if (this.session === null) throw adapterError("server not connected");
    return this.session;
  }

  /**
   * Logs in.
   *
   * @throws {ServerError} when it is refused; another attempt may follow.
   */
  login(login: Login): Promise<void> {
    return this.loginSerial.run(async () => {
      if (this.session !== null) throw adapterError("duplicate connections");
      if (login.mode !== null && login.mode !== 0) {
        throw adapterError(`unexpected mode:${login.mode}`);
      }
      const user = checkLogin(
        this.context,
        this.endpoint.isBehindGateway ? { ...login, bearerToken: "" } : login,
      );
      const session = this.context.engine.openSession(user);
      try {
        if (login.database !== "") await useDatabase(session, login.database);
      } catch (error) {
        await session.close();
        throw error;
      }
      this.initialTimeZone = session.timeZone;
      this.session = session;
      this.user = user;
      if (login.timeZone !== "") this.setTimeZone(login.timeZone);
    });
  }

  /** Sets the zone of literals; an unknown one becomes UTC, null the zone of the start. */
  setTimeZone(name: string | null): void {
    this.engineSession.timeZone = name === null
      ? this.initialTimeZone
      : isTimeZone(name)
      ? name
      : "UTC";
  }

  /** Registers a result and returns its id. */
  addResult(rows: RowSet): bigint {
    const id = ++this.lastResultId;
    this.results.set(id, new OpenResult(rows));
    return id;
  }

  /** Registers a statement and returns its id. */
  addStatement(statement: Statement1 | Statement2): bigint {
    const id = ++this.lastStatementId;
    this.statements.set(id, statement);
    return id;
  }

  /** Frees a result; unknown ids are ignored. */
  async freeResult(id: bigint): Promise<void> {
    const result = this.results.get(id);
    if (result === undefined) return;
    this.results.delete(id);
    await result.serial.run(() => result.free());
  }

  /** Stops running queries, whose answers nobody waits for any more. */
  interrupt(): void {
    this.session?.interrupt?.();
  }

  /** Frees everything. */
  async close(): Promise<void> {
    const statements = [...this.statements.values()];
    this.statements.clear();
    await Promise.allSettled(statements.map((statement) => statement.close()));
    await Promise.allSettled([...this.results.keys()].map((id) => this.freeResult(id)));
    const session = this.session;
    this.session = null;
    await session?.close();
  }
}

/**
 * Checks a login and returns the user it is.
 *
 * @throws {ServerError} when it is refused.
 */
export function checkLogin(
  context: ServerContext,
  login: Pick<Login, "user" | "password" | "bearerToken">,
): string {
  const isToken = login.bearerToken !== "";
  const isRight = isToken
    ? login.bearerToken === context.token
    : context.engine.authenticate(login.user, login.password);
  if (!isRight) throw new ServerError(0x0357, "Authentication failure");
  return isToken ? "root" : login.user;
}

/** Makes a database current. */
export async function useDatabase(session: Session, database: string): Promise<void> {
  await session.execute(`use \`${database.replaceAll("`", "")}\``);
}
