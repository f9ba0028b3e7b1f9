/**
 * What a connection tells its `onEvent` listener. No event holds a password, a token or a literal of a statement.
 *
 * @module
 */

/** A connection is open. */
export interface ConnectEvent {
  /** Kind of event. */
  readonly type: "connect";
  /** The transport in use. */
  readonly transport: string;
  /** Where it leads, without user and password. */
  readonly url: string;
  /** Version text of the server. */
  readonly serverVersion: string;
}

/** A connection is gone. */
export interface DisconnectEvent {
  /** Kind of event. */
  readonly type: "disconnect";
  /** Where it led, without user and password. */
  readonly url: string;
  /** Why, in words. */
  readonly reason: string;
  /** Whether it was closed by this side. */
  readonly expected: boolean;
}

/** Something that works, but not as asked for, such as a transport that stands in for another. */
export interface WarningEvent {
  /** Kind of event. */
  readonly type: "warning";
  /** What, in words. */
  readonly message: string;
}

/** What a connection tells its `onEvent` listener, told apart by `type`. */
export type ClientEvent = ConnectEvent | DisconnectEvent | WarningEvent;
