/**
 * Cases about subscriptions: consumers that are killed.
 *
 * @module
 */
import type { FailureCase } from "./case.ts";

/** Cases about kills. */
export const tmqKillCases: readonly FailureCase[] = [
  {
    name:
      "a consumer killed or cut off at random points of 100,000 rows gets each row, and at most one message again each time",
    timeoutMs: 300_000,
    except: {
      workerd: "it starts processes and kills them",
      chromium: "it starts processes and kills them",
    },
    async run(tools) {
      const { killAtRandomPoints } = await import("./tmq_kill.ts");
      await killAtRandomPoints(tools);
    },
  },
];
