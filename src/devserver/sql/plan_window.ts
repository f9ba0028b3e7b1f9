/**
 * Plans the windows rows are grouped into.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { WindowClause } from "./ast.ts";
import { Code } from "./errors.ts";
import { planInterval } from "./plan_interval.ts";
import { asBool, compile } from "./plan_expression.ts";
import { type PlanContext, relationScope } from "./plan_from.ts";
import { type Relation, wrapRelation } from "./relation.ts";
import { durationTicks } from "./timestamp.ts";
import { isInteger, isText, Type } from "./types.ts";

/** Windows: the relation to read, what to group by, and where windows begin and end. */
export interface WindowPlan {
  relation: Relation;
  conditions: string[];
  /** SQL that tells the windows apart. */
  keys: string[];
  start: string;
  end: string;
  /** Conditions on a whole window. */
  having: string[];
  /** The windows between two times, also those without rows; null where FILL cannot stand. */
  series: WindowSeries | null;
}

/** The starts of windows that follow each other. */
export interface WindowSeries {
  /** SQL of the start of the window that holds a time. */
  startOf(time: string): string;
  /** SQL of the starts from one to another. */
  between(low: string, high: string): string;
  /** SQL of the end of the window with a start. */
  endOf(start: string): string;
  /** The least length of a window, in ticks. */
  length: bigint;
}

/** What windows are made from. */
export interface WindowSource {
  relation: Relation;
  /** The conditions of WHERE. */
  conditions: string[];
  /** Least time of WHERE, in ticks. */
  low: bigint | null;
  /** Returns the SQL of the partition's keys over a relation that has the same columns. */
  keysOf(relation: Relation): string[];
  context: PlanContext;
}

type Runs = Exclude<WindowClause, { kind: "interval" }>;

/** Plans the windows of a query. */
export function planWindow(
  window: WindowClause,
  source: WindowSource,
): WindowPlan {
  if (source.relation.time === null || source.relation.inTimeOrder === false) {
    throw new ServerError(
      Code.windowNotAllowed,
      "Window query not supported, since the result of subquery not include valid timestamp column",
    );
  }
  if (window.kind === "interval") return planInterval(window, source);
  return planRuns(window, source);
}

/** The head of a window function over the rows of a partition in the order of time; the caller closes it. */
function overSql(
  relation: Relation,
  source: WindowSource,
  extra: string[] = [],
  ordered = true,
): string {
  const keys = [...source.keysOf(relation), ...extra];
  return `OVER (${keys.length === 0 ? "" : `PARTITION BY ${keys.join(", ")} `}${
    ordered ? `ORDER BY ${relation.time}` : ""
  }`;
}

/** Windows that are runs of consecutive rows: each row is marked first, then the runs are numbered. */
function planRuns(window: Runs, source: WindowSource): WindowPlan {
  const { relation, conditions, context } = source;
  const mark = context.alias();
  const marked = marks(window, source);
  const inner = wrapRelation(relation, conditions, marked, mark);
  const having = window.kind === "state" || window.kind === "event"
    ? trueFor(window.trueFor, inner)
    : () => [];
  if (window.kind === "count") return countWindows(window, inner, mark, context);
  const number = context.alias();
  if (window.kind === "event") {
    const whole = overSql(inner, source, [`${mark}.wr`], false);
    const spans = {
      wr: `${mark}.wr`,
      wf: `min(CASE WHEN ${mark}.wi THEN ${inner.time} END) ${whole})`,
      wc: `bool_or(coalesce(${mark}.we, false)) ${whole})`,
    };
    const wrapped = wrapRelation(inner, [], spans, number);
    const begun = [`${number}.wc`, `${wrapped.time} >= ${number}.wf`];
    return runs(wrapped, begun, `${number}.wr`, having(wrapped));
  }
  const numbered = wrapRelation(
    inner,
    [],
    { wr: `sum(${mark}.wb) ${overSql(inner, source)})` },
    number,
  );
  return runs(numbered, [], `${number}.wr`, having(numbered));
}

/** TRUE_FOR: the least length of a window. */
function trueFor(
  duration: { amount: number; unit: string } | null,
  { precision }: Relation,
): (relation: Relation) => string[] {
  if (duration === null) return () => [];
  const ticks = durationTicks(duration, precision);
  if (ticks === null) {
    throw new ServerError(
      Code.trueForUnit,
      "Cannot use 'year' or 'month' as true_for duration",
    );
  }
  return ({ time }) => [`max(${time}) - min(${time}) >= ${ticks}`];
}

function runs(
  relation: Relation,
  conditions: string[],
  key: string,
  having: string[],
): WindowPlan {
  return {
    relation,
    conditions,
    keys: [key],
    start: `min(${relation.time})`,
    end: `max(${relation.time})`,
    having,
    series: null,
  };
}

/** Windows of `size` rows, the first ones of which are `sliding` rows apart. */
function countWindows(
  { size, sliding }: WindowClause & { kind: "count" },
  relation: Relation,
  mark: string,
  context: PlanContext,
): WindowPlan {
  if (size === sliding) return runs(relation, [], `(${mark}.wr // ${size})`, []);
  const slide = context.alias();
  const number = `(${mark}.wr // ${sliding} - ${slide}.i)`;
  const from = (used: string): string =>
    `${relation.from(used)}, range(0, ${Math.ceil(size / sliding)}) ${slide}(i)`;
  const holds = [`${number} >= 0`, `${mark}.wr < ${number} * ${sliding} + ${size}`];
  return runs({ ...relation, from }, holds, number, []);
}

/** The marks of each kind of window: `wb` begins a run, `wr` is its number, `wi` and `we` start and end an event. */
function marks(window: Runs, source: WindowSource): Record<string, string> {
  const { relation, context } = source;
  const scope = relationScope(relation, context),
    over = overSql(relation, source),
    { time } = relation;
  switch (window.kind) {
    case "session": {
      const gap = durationTicks(window.gap, relation.precision);
      if (gap === null || gap <= 0n) {
        throw new ServerError(
          Code.sessionGap,
          "SESSION gap should be fixed time window, and greater than 0",
        );
      }
      if (compile(window.column, scope).sql !== time) {
        throw new ServerError(
          Code.sessionColumn,
          "Only support SESSION on primary timestamp column",
        );
      }
      return { wb: `CASE WHEN ${time} - lag(${time}) ${over}) <= ${gap} THEN 0 ELSE 1 END` };
    }
    case "state": {
      const state = stateSql(window, source);
      source.conditions.push(`${state} IS NOT NULL`);
      return { wb: `CASE WHEN ${state} = lag(${state}) ${over}) THEN 0 ELSE 1 END` };
    }
    case "count": {
      const columns = window.columns.map((expr) => compile(expr, scope).sql);
      if (columns.length > 0) {
        source.conditions.push(`(${columns.map((sql) => `${sql} IS NOT NULL`).join(" OR ")})`);
      }
      return { wr: `(row_number() ${over}) - 1)` };
    }
    case "event": {
      const [start, end] = [window.start, window.end].map((expr) =>
        asBool(compile(expr, scope))
      ) as [string, string];
      return {
        wi: start,
        we: end,
        wr:
          `coalesce(sum(CASE WHEN ${end} THEN 1 ELSE 0 END) ${over} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)`,
      };
    }
  }
}

/** Returns SQL of the state of a row: a whole number, a BOOL or text that is no tag. */
function stateSql(
  window: WindowClause & { kind: "state" },
  { relation, context }: WindowSource,
): string {
  const state = compile(window.expr, relationScope(relation, context));
  const tag = relation.columns.some(({ kind, value }) => kind === "tag" && value.sql === state.sql);
  if (tag || state.sql === relation.tableName) {
    throw new ServerError(Code.stateTag, "Not support STATE_WINDOW on tag column");
  }
  if (!isInteger(state.type) && state.type.code !== Type.bool && !isText(state.type)) {
    throw new ServerError(
      Code.stateType,
      "Only support STATE_WINDOW on integer/bool/varchar column",
    );
  }
  return state.sql;
}
