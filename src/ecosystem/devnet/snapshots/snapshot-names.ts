import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import { dropOldest } from "../../../ground/runtime/drop-oldest.ts";

/** Maximum number of characters in a snapshot's name. */
const MOST_CHARACTERS = 60;
/** Snapshots whose names are known: each test may take one. */
const MOST_NAMES = 1_000;

/** The name in the parameter of `evm_snapshot`, `{name}`; undefined without a parameter. Throws RpcError. */
export function snapshotName(parameter: unknown): string | undefined {
  if (parameter === undefined || parameter === null) return undefined;
  const { name, ...others } = typeof parameter === "object" ? (parameter as Readonly<Record<string, unknown>>) : {};
  if (typeof name === "string" && name.length > 0 && name.length <= MOST_CHARACTERS && Object.keys(others).length === 0)
    return name;
  throw new RpcError(
    RpcCode.invalidParams,
    `evm_snapshot takes nothing, or { name } with a text of ${MOST_CHARACTERS} characters at most`,
  );
}

/** Which snapshot is called what, also after a return has ended it. */
export class SnapshotNames {
  readonly #names = new Map<string, string>();

  /** Takes what `evm_snapshot` answered, and its parameter. */
  note(id: unknown, parameter: unknown): void {
    const name = snapshotName(parameter);
    if (name === undefined) return;
    this.#names.set(String(id), name);
    dropOldest(this.#names, MOST_NAMES);
  }

  of(id: string): string | undefined {
    return this.#names.get(id);
  }
}
