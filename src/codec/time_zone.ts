/**
 * Offsets of IANA time zones, from `Intl`.
 *
 * @module
 */
import { InterfaceError } from "../errors.ts";
import { maxDateMs } from "../timestamp.ts";

/** `GMT`, `GMT+08:00` or, before standard time, `GMT+08:05:43`. */
const offsetText = /^(?:GMT|UTC)(?:([+\u2212-])(\d\d?):?(\d\d)?(?::(\d\d))?)?$/;

/** Finds what a time zone is ahead of UTC; formatters are kept, since making one is slow. */
export class TimeZones {
  readonly #formatters: Map<string, Intl.DateTimeFormat> = new Map();

  /**
   * Seconds that a zone is ahead of UTC at an instant.
   *
   * @param timeZone IANA name.
   * @param ms Milliseconds since the Unix epoch.
   * @throws {InterfaceError} When there is no such zone.
   * @throws {RangeError} When the instant is out of a `Date`'s range, where no zone's rules are known.
   */
  offsetSeconds(timeZone: string, ms: number): number {
    const formatter = this.#formatter(timeZone);
    if (Math.abs(ms) > maxDateMs) {
      throw new RangeError(
        "the instant is out of the range in which time zones have offsets; leave the zone out for UTC",
      );
    }
    const part = formatter.formatToParts(ms).find(({ type }) => type === "timeZoneName");
    const match = offsetText.exec(part?.value ?? "");
    if (match === null) {
      throw new InterfaceError(`this runtime does not tell offsets of ${JSON.stringify(timeZone)}`);
    }
    const [, sign, hours = "0", minutes = "0", seconds = "0"] = match;
    const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return sign === undefined || sign === "+" ? size : -size;
  }

  #formatter(timeZone: string): Intl.DateTimeFormat {
    const known = this.#formatters.get(timeZone);
    if (known !== undefined) return known;
    try {
      const formatter = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
      this.#formatters.set(timeZone, formatter);
      return formatter;
    } catch (cause) {
      throw new InterfaceError(
        `${JSON.stringify(timeZone)} is not an IANA time zone such as "Europe/Berlin"`,
        { cause },
      );
    }
  }
}
