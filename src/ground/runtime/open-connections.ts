import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { machineAt } from "./machine.ts";

/** A tenth of all connections is for machines that have none yet. */
const RESERVED_PART = 10;
/** Milliseconds of pending requests after which a connection may be ended for another one. */
const MAX_BUSY_MS = 30_000;

/** Connection of a client, as the list of all connections knows it. */
interface OpenConnection {
  readonly machine: string;
  readonly end: () => void;
  /** Requests that are being answered. */
  requests: number;
  /** Time since which at least one request has been pending, in milliseconds. */
  busySinceMs: number;
}

/**
 * Connections of a server, up to a limit. If the server is full, or the new connection's machine has all but the reserved tenth,
 * the one that has been idle longest is ended, of all or of that machine. A connection is idle from its last request, answer or
 * notification onwards, but not while a request is being answered. If none is idle, the one with pending requests for the longest
 * time is ended, if that is more than 30 seconds, or else the new one.
 */
export class OpenConnections<Connection extends object> {
  readonly #limit: number;
  readonly #limitOfMachine: number;
  readonly #nowMs: () => number;
  /** The connection that has been idle longest comes first. */
  readonly #open = new Map<Connection, OpenConnection>();
  readonly #countByMachine = new Map<string, number>();

  /** `nowMs`: milliseconds of a monotonic clock. */
  constructor(limit: number, nowMs = (): number => performance.now()) {
    this.#limit = limit;
    this.#nowMs = nowMs;
    this.#limitOfMachine = limit - Math.floor(limit / RESERVED_PART);
  }

  /** Takes a connection that has been opened; `end` is called once if it has to go, perhaps immediately. */
  add(connection: Connection, machine: string, end: () => void): void {
    const isMachineFull = this.#count(machine) >= this.#limitOfMachine;
    if (isMachineFull || this.#open.size >= this.#limit) {
      const isEligible = (open: OpenConnection): boolean => !isMachineFull || open.machine === machine;
      const ended = this.#idlest(isEligible) ?? this.#longestBusy(isEligible);
      if (ended === undefined) return end();
      this.#end(ended);
    }
    this.#open.set(connection, { machine, end, requests: 0, busySinceMs: 0 });
    this.#countByMachine.set(machine, this.#count(machine) + 1);
  }

  /** The connection has ended. */
  remove(connection: Connection): void {
    const open = this.#open.get(connection);
    if (open === undefined) return;
    this.#open.delete(connection);
    const count = this.#count(open.machine) - 1;
    if (count === 0) this.#countByMachine.delete(open.machine);
    else this.#countByMachine.set(open.machine, count);
  }

  /** Marks the connection as used, and restarts its idle time. */
  touch(connection: Connection): void {
    const open = this.#open.get(connection);
    if (open === undefined) return;
    this.#open.delete(connection);
    this.#open.set(connection, open);
  }

  /** A request has arrived. Returns the function to be called once it is answered. */
  begin(connection: Connection): () => void {
    const open = this.#open.get(connection);
    if (open === undefined) return () => undefined;
    if (open.requests === 0) open.busySinceMs = this.#nowMs();
    open.requests++;
    this.touch(connection);
    return () => {
      open.requests--;
      this.touch(connection);
    };
  }

  #count(machine: string): number {
    return this.#countByMachine.get(machine) ?? 0;
  }

  #idlest(isEligible: (open: OpenConnection) => boolean): Connection | undefined {
    for (const [connection, open] of this.#open) if (open.requests === 0 && isEligible(open)) return connection;
    return undefined;
  }

  /** A client whose requests are always pending would hold its connections forever. */
  #longestBusy(isEligible: (open: OpenConnection) => boolean): Connection | undefined {
    let [found, since]: [Connection | undefined, number] = [undefined, this.#nowMs() - MAX_BUSY_MS];
    for (const [connection, open] of this.#open)
      if (open.requests > 0 && open.busySinceMs < since && isEligible(open)) [found, since] = [connection, open.busySinceMs];
    return found;
  }

  #end(connection: Connection): void {
    const open = this.#open.get(connection);
    this.remove(connection);
    open?.end();
  }
}

/**
 * Bounds the connections of an HTTP server. The owner of an upgraded connection calls `touch` for each later
 * use.
 */
export function limitConnections(server: Server, limit: number): OpenConnections<Socket> {
  const connections = new OpenConnections<Socket>(limit);
  server.on("connection", (socket: Socket) => {
    // A socket without an address has been closed already.
    connections.add(socket, machineAt(socket.remoteAddress ?? ""), () => socket.destroy());
    socket.once("close", () => connections.remove(socket));
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const { socket, headers } = request;
    connections.touch(socket);
    const begin = (): void => {
      if (response.writableEnded) return;
      const end = onlyOnce(connections.begin(socket));
      response.once("prefinish", end);
      response.once("close", end);
    };
    // Only a complete request is being answered, until the answer is complete, whether the client reads it or not.
    // A client that sends a part of a request is idle.
    const hasBody = Number(headers["content-length"] ?? 0) > 0 || headers["transfer-encoding"] !== undefined;
    if (hasBody) request.once("end", begin);
    else begin();
  });
  return connections;
}

function onlyOnce(callback: () => void): () => void {
  let isCalled = false;
  return () => {
    if (!isCalled) callback();
    isCalled = true;
  };
}
