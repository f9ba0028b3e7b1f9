/**
 * Errors, shown where they happen.
 *
 * @module
 */
import { isTaosError } from "tdwire";

export function showError(element: HTMLElement, error: unknown): void {
  const hint = isTaosError(error) && error.hint ? `\n${error.hint}` : "";
  element.textContent = `${error instanceof Error ? error.message : String(error)}${hint}`;
  element.hidden = false;
}

export function hideError(element: HTMLElement): void {
  element.hidden = true;
}
