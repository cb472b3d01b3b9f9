import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { machineAt } from "./machine.ts";

/** A tenth of all connections is for machines that have none yet. */
const RESERVED_PART = 10;

/** Connection of a client, as the list of all connections knows it. */
interface OpenConnection {
  readonly machine: string;
  readonly end: () => void;
  /** Requests that are being answered. */
  requests: number;
}

/**
 * Connections of a server, of which there are only so many. A new one is always taken: where its machine has all but the reserved
 * tenth, or the server is full, the connection that has been idle longest is ended, of that machine or of the one with most. A
 * connection is idle from its last request, answer or notification onwards, but not while a request is being answered.
 */
export class OpenConnections<Connection extends object> {
  readonly #limit: number;
  readonly #limitOfMachine: number;
  /** By machine; of each, the connection that has been idle longest comes first. */
  readonly #machines = new Map<string, Map<Connection, OpenConnection>>();
  readonly #open = new Map<Connection, OpenConnection>();

  constructor(limit: number) {
    this.#limit = limit;
    this.#limitOfMachine = limit - Math.floor(limit / RESERVED_PART);
  }

  /** Takes a connection that has been opened; `end` is called once if it has to go. */
  add(connection: Connection, machine: string, end: () => void): void {
    const added = { machine, end, requests: 0 };
    this.#open.set(connection, added);
    const ofMachine = this.#machines.get(machine) ?? new Map<Connection, OpenConnection>();
    this.#machines.set(machine, ofMachine.set(connection, added));
    if (ofMachine.size > this.#limitOfMachine) this.#endIdlest(ofMachine, connection);
    else if (this.#open.size > this.#limit) this.#endIdlest(this.#largest(machine), connection);
  }

  /** The connection has ended. */
  remove(connection: Connection): void {
    const open = this.#open.get(connection);
    if (open === undefined) return;
    this.#open.delete(connection);
    const ofMachine = this.#machines.get(open.machine);
    ofMachine?.delete(connection);
    if (ofMachine?.size === 0) this.#machines.delete(open.machine);
  }

  /** The connection is in use: its idle time begins again. */
  touch(connection: Connection): void {
    const open = this.#open.get(connection);
    const ofMachine = open === undefined ? undefined : this.#machines.get(open.machine);
    if (open === undefined || ofMachine === undefined) return;
    ofMachine.delete(connection);
    ofMachine.set(connection, open);
  }

  /** A request has arrived. Returns the function to be called once it is answered. */
  begin(connection: Connection): () => void {
    const open = this.#open.get(connection);
    if (open === undefined) return () => undefined;
    open.requests++;
    this.touch(connection);
    return () => {
      open.requests--;
      this.touch(connection);
    };
  }

  /** Connections of the machine that has most; of several with as many, not those of the machine that asks for one more. */
  #largest(asking: string): ReadonlyMap<Connection, OpenConnection> {
    let largest: ReadonlyMap<Connection, OpenConnection> = new Map();
    for (const [machine, each] of this.#machines)
      if (each.size > largest.size || (each.size === largest.size && machine !== asking)) largest = each;
    return largest;
  }

  /** Ends one connection that is not the newest: the first without a request, or where all have one, the first. */
  #endIdlest(connections: ReadonlyMap<Connection, OpenConnection>, newest: Connection): void {
    const others = [...connections].filter(([connection]) => connection !== newest);
    const idlest = others.find(([, { requests }]) => requests === 0) ?? others[0];
    if (idlest === undefined) return;
    const [connection, { end }] = idlest;
    this.remove(connection);
    end();
  }
}

/** Bounds the connections of an HTTP server. Whoever upgrades a connection calls `touch` for what it does from then on. */
export function limitConnections(server: Server, limit: number): OpenConnections<Socket> {
  const connections = new OpenConnections<Socket>(limit);
  server.on("connection", (socket: Socket) => {
    // A socket without an address has been closed already.
    connections.add(socket, machineAt(socket.remoteAddress ?? ""), () => socket.destroy());
    socket.once("close", () => connections.remove(socket));
  });
  server.on("request", ({ socket }, response: ServerResponse) => {
    response.once("close", connections.begin(socket));
  });
  return connections;
}
