import type { Server } from "node:net";

/** Lets this process end while the server runs, also if other processes have connections to it. */
export function letServerEnd(server: Server): void {
  server.unref();
  server.on("connection", (connection) => connection.unref());
}
