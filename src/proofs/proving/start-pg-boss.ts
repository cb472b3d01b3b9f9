import { HyperchainError } from "../../ground/errors/hyperchain-error.ts";
import { reasonOf } from "../../ground/errors/reason-of.ts";
import type { Boss } from "./queue-pg-boss.ts";

/**
 * A fleet cannot use a database: pg-boss is not there, or the database does not answer.
 * Remedy: install pg-boss and check the database's URL.
 */
export class PgBossError extends HyperchainError<"NotInstalled" | "NoDatabase"> {
  override readonly name = "PgBossError";
}

/** pg-boss, started. */
export interface StartedBoss extends Boss {
  stop(options: { readonly graceful: boolean }): Promise<void>;
}

interface BossPackage {
  readonly PgBoss: new (options: object) => StartedBoss & {
    on(event: "error", listener: (error: unknown) => void): unknown;
    start(): Promise<unknown>;
  };
}

/** For a statement, the largest of which carries an input. */
const QUERY_MS = 20_000;

/** Starts pg-boss on a database, in which it makes its tables. Rejects with PgBossError; no message has the URL's password. */
export async function startPgBoss(connectionString: string): Promise<StartedBoss> {
  const { PgBoss } = await loadPackage();
  const at = new URL(connectionString).host;
  // Requests have time limits: nothing is scheduled here. A silent database has not answered.
  const boss = new PgBoss({ connectionString, schedule: false, query_timeout: QUERY_MS });
  // Each request fails separately while the database is away.
  boss.on("error", () => undefined);
  try {
    await boss.start();
    return boss;
  } catch (cause) {
    const why = reasonOf(cause).replaceAll(connectionString, at);
    throw new PgBossError(
      "NoDatabase",
      `the fleet's database at ${at} cannot be used (${why}); see that it runs and that its user may create tables`,
    );
  }
}

/** An optional package: a project that has no fleet on Postgres goes without it. */
async function loadPackage(): Promise<BossPackage> {
  try {
    return (await import("pg-boss")) as unknown as BossPackage;
  } catch (cause) {
    const message = "a fleet on Postgres needs a package that is not installed: npm install --save-dev pg-boss@12";
    throw new PgBossError("NotInstalled", message, { cause });
  }
}
