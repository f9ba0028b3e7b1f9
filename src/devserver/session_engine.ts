/**
 * A session of the database: carries out statements one client sends.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { alterTable } from "./alter.ts";
import type { Catalog } from "./catalog.ts";
import {
  alterDatabase,
  createChildren,
  createDatabase,
  createTable,
  dropDatabase,
  dropTables,
  isSystemDatabase,
} from "./ddl.ts";
import { deleteRows } from "./delete.ts";
import {
  type Prepared,
  type RowSet,
  type SchemalessText,
  type SchemalessUpdate,
  ServerError,
  type Session,
  type Update,
} from "./engine.ts";
import type { ExecutionContext } from "./execution_context.ts";
import { executeInsert } from "./insert.ts";
import { insertQuery } from "./insert_query.ts";
import { prepareInsert, queryParameters } from "./prepared.ts";
import type { OpenQuery } from "./results.ts";
import { SessionQueries } from "./session_queries.ts";
import { writeSchemaless } from "./schemaless.ts";
import { describe, describeSystem, showCreate, showQuery } from "./show.ts";
import type { FromItem, Literal, QualifiedName, Query, Statement } from "./sql/ast.ts";
import { Code, tableNotExist, unsupported } from "./sql/errors.ts";
import { parse } from "./sql/parse.ts";
import type { Plan, PlanContext, SystemTable } from "./sql/plan_from.ts";
import { planQuery } from "./sql/plan_select.ts";
import type { Store } from "./store.ts";
import { type SystemState, systemTable } from "./system_tables.ts";
import type { ChangeLog } from "./tmq/change_log.ts";
import type { Topics } from "./tmq/topics.ts";

/** What all sessions share. */
export interface EngineState {
  store: Store;
  catalog: Catalog;
  log: ChangeLog;
  topics: Topics;
  queries: Map<number, OpenQuery>;
  nextQueryId: number;
  version: string;
}

/** Bytes of SQL above which the real server refuses a statement. */
const maxSqlBytes = 1 << 20;

const done: Update = { kind: "update", affectedRows: 0 };

/** Names the tables a query reads, sub-queries included. */
function namedTables(query: Query): { schema: string | null; name: string }[] {
  const from = (item: FromItem | null): { schema: string | null; name: string }[] => {
    if (item === null) return [];
    if (item.node === "table") return [{ schema: item.name.qualifier, name: item.name.name }];
    return item.node === "query"
      ? namedTables(item.query)
      : [...from(item.left), ...from(item.right)];
  };
  return query.node === "union"
    ? [...namedTables(query.left), ...namedTables(query.right)]
    : from(query.from);
}

/** One client's session. */
export class EngineSession implements Session {
  database: string | null = null;
  timeZone = "UTC";
  readonly #state: EngineState;
  readonly #queries: SessionQueries;

  constructor(state: EngineState, user: string, id: number) {
    this.#state = state;
    this.#queries = new SessionQueries(state, user, id);
  }

  async execute(sql: string, requestId?: bigint): Promise<RowSet | Update> {
    if (Buffer.byteLength(sql) > maxSqlBytes) {
      throw new ServerError(0x0219, "SQL statement too long");
    }
    const { statement, parameterCount } = parse(sql);
    if (parameterCount > 0) {
      throw new ServerError(Code.syntax, `syntax error near "${sql.slice(sql.indexOf("?"))}"`);
    }
    return await this.#run(statement, sql, requestId);
  }

  // deno-lint-ignore require-await
  async prepare(sql: string, needFields: boolean): Promise<Prepared> {
    const refused = new ServerError(Code.syntax, "stmt only support 'SELECT' or 'INSERT'");
    if (!/^\s*\(?\s*(select|insert)\b/i.test(sql)) throw refused;
    const { statement, parameterCount } = parse(sql);
    if (statement.node === "insert") {
      const [target] = statement.targets;
      if (parameterCount === 0) {
        return {
          isInsert: true,
          fields: [],
          parameterCount,
          execute: async () => await this.#run(statement, sql) as Update,
        };
      }
      if (target === undefined || statement.targets.length > 1) {
        throw unsupported("several tables of placeholders");
      }
      return prepareInsert(target, parameterCount, needFields, () => this.#context(sql));
    }
    if (statement.node !== "select" && statement.node !== "union") throw refused;
    if (parameterCount === 0 || namedTables(statement).length === 0) throw refused;
    return {
      isInsert: false,
      fields: null,
      parameterCount,
      execute: (tables) => this.#query(statement, sql, queryParameters(tables, parameterCount)),
    };
  }

  async writeLines(text: SchemalessText): Promise<SchemalessUpdate> {
    return await writeSchemaless(text, this.#context(""));
  }

  async validate(sql: string): Promise<void> {
    const { statement } = parse(sql);
    if (statement.node === "select" || statement.node === "union") {
      await this.#plan(statement, sql, null);
    }
  }

  interrupt(): void {
    void this.#queries.stop();
  }

  async close(): Promise<void> {
    await this.#queries.stop();
  }

  #context(sql: string): ExecutionContext {
    return {
      store: this.#state.store,
      catalog: this.#state.catalog,
      log: this.#state.log,
      topics: this.#state.topics,
      database: this.database,
      timeZone: this.timeZone,
      sql,
    };
  }

  async #run(statement: Statement, sql: string, requestId?: bigint): Promise<RowSet | Update> {
    const context = this.#context(sql);
    switch (statement.node) {
      case "select":
      case "union":
        return await this.#query(statement, sql, null, requestId);
      case "insert":
        return { kind: "update", affectedRows: await executeInsert(statement.targets, context) };
      case "insertQuery":
        return {
          kind: "update",
          affectedRows: await insertQuery(
            statement,
            context,
            await this.#planContext(statement.query, sql, null),
          ),
        };
      case "use":
        return this.#use(statement.name);
      case "describe":
        return await this.#describe(statement.name, context);
      case "show":
        return await this.#show(statement, sql);
      case "delete":
        return {
          kind: "update",
          affectedRows: await deleteRows(
            statement,
            context,
            await this.#planContext(null, sql, null),
          ),
        };
      case "flush":
        this.#state.catalog.database(statement.database);
        return done;
      case "resetQueryCache":
        return done;
      case "killQuery":
        return this.#kill(statement.id);
      default:
        await this.#change(statement, context);
        return done;
    }
  }

  async #change(statement: Exclude<Statement, Query>, context: ExecutionContext): Promise<void> {
    switch (statement.node) {
      case "createDatabase":
        return await createDatabase(statement, context);
      case "dropDatabase":
        await dropDatabase(statement, context);
        if (this.database === statement.name) this.database = null;
        return;
      case "alterDatabase":
        return await alterDatabase(statement, context);
      case "createTable":
        return await createTable(statement, context);
      case "createChildren":
        return await createChildren(statement, context);
      case "dropTables":
        return await dropTables(statement, context);
      case "alterTable":
        return await alterTable(statement, context);
      case "createTopic":
        return await context.topics.create(statement, context);
      case "dropTopic":
        return await context.topics.drop(statement);
      case "dropGroup":
        return await context.topics.dropGroup(statement);
    }
  }

  async #describe(name: QualifiedName, context: ExecutionContext): Promise<RowSet> {
    const database = name.qualifier ?? this.database ?? "";
    if (!isSystemDatabase(database)) return describe(name, context);
    const table = await systemTable(database, name.name, this.#systemState());
    if (table === null) throw tableNotExist();
    return describeSystem(table);
  }

  #use(name: string): Update {
    if (!isSystemDatabase(name)) this.#state.catalog.database(name);
    this.database = name;
    return done;
  }

  async #show(statement: Statement & { node: "show" }, sql: string): Promise<RowSet> {
    const text = showQuery(statement, this.database, sql);
    if (text === null) return await showCreate(statement, this.#context(sql));
    return await this.#query(parse(text).statement as Query, text, null);
  }

  #kill(id: string): Update {
    const number = Number.parseInt(id.split(":")[1] ?? "", 16);
    const query = this.#state.queries.get(number);
    if (query === undefined) throw new ServerError(0x0200, "Invalid query id");
    query.kill();
    return done;
  }

  #systemState(): SystemState {
    return { ...this.#state, queries: this.#state.queries.values() };
  }

  async #planContext(
    query: Query | null,
    sql: string,
    parameters: Literal[] | null,
  ): Promise<PlanContext> {
    const { catalog, version } = this.#state;
    const tables = new Map<string, SystemTable | null>();
    for (const { schema, name } of query === null ? [] : namedTables(query)) {
      const database = schema ?? this.database;
      if (database !== null && isSystemDatabase(database)) {
        tables.set(`${database}.${name}`, await systemTable(database, name, this.#systemState()));
      }
    }
    let alias = 0;
    return {
      catalog,
      database: this.database,
      timeZone: this.timeZone,
      version,
      sql,
      parameters,
      logged: null,
      systemTable: (schema, name) => tables.get(`${schema}.${name}`) ?? null,
      alias: () => `r${++alias}x`,
    };
  }

  async #plan(query: Query, sql: string, parameters: Literal[] | null): Promise<Plan> {
    return planQuery(query, await this.#planContext(query, sql, parameters), true);
  }

  #query(
    query: Query,
    sql: string,
    parameters: Literal[] | null,
    requestId?: bigint,
  ): Promise<RowSet> {
    const context = (): Promise<PlanContext> => this.#planContext(query, sql, parameters);
    return this.#queries.run({ query, sql, requestId, context });
  }
}
