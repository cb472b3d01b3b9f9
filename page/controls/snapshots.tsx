import { useState } from "preact/hooks";
import type { DumpAnswer } from "../answers.ts";
import { clockTime, plural } from "../format.ts";
import { Menu } from "../parts/menu.tsx";
import { saveFile } from "../save-file.ts";
import { command, useActs } from "./acts.ts";

/** Storage key of this tab, because a snapshot belongs to the running process. */
const KEPT_AS = "hyperchain-snapshots";

interface Snapshot {
  readonly name: string;
  readonly id: string;
  readonly at: number;
}

/** Named states of the whole ecosystem, to which the reader can return repeatedly. */
export function Snapshots() {
  const { act, isBusy } = useActs();
  const [snapshots, set] = useState(kept);
  const [name, setName] = useState("");
  const keep = (next: readonly Snapshot[]): void => {
    sessionStorage.setItem(KEPT_AS, JSON.stringify(next));
    set(next);
  };
  const take = (wanted: string): Promise<void> =>
    act(`snapshot ${wanted} taken`, async () => {
      const id = await command<string>("any", "evm_snapshot", [{ name: wanted }]);
      keep([...snapshots.filter((each) => each.name !== wanted), { name: wanted, id, at: Date.now() }]);
    });
  const back = (place: number): Promise<void> =>
    act(`returned to snapshot ${snapshots[place]?.name}`, async () => {
      const isThere = await command<boolean>("any", "evm_revert", [snapshots[place]?.id]);
      // A return ends the snapshot and all later ones; this one is taken again, for the next time.
      const before = snapshots.slice(0, place);
      const again = snapshots[place];
      if (!isThere || again === undefined) {
        keep(before);
        throw new Error("the ecosystem no longer has it");
      }
      keep([...before, { ...again, id: await command<string>("any", "evm_snapshot", [{ name: again.name }]) }]);
    });
  const save = (): Promise<void> =>
    act("the state saved as a file", async () => {
      const { dump, keys } = await command<DumpAnswer>("any", "hyperchain_dump");
      saveFile("ecosystem.dump", "application/octet-stream", bytesOf(dump));
      return keys === 0 ? undefined : `${plural(keys, "private key")} of validators or keepers are in it`;
    });
  return (
    <Menu label={<>Snapshots{snapshots.length > 0 && ` (${snapshots.length})`}</>}>
      <form
        class="actions"
        aria-label="take a snapshot"
        onSubmit={(event) => {
          event.preventDefault();
          void take(name.trim() === "" ? `at ${clockTime(Date.now())}` : name.trim());
          setName("");
        }}
      >
        <input
          aria-label="name of the snapshot"
          placeholder="name"
          maxLength={60}
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
        <button disabled={isBusy}>Take</button>
      </form>
      <ul>
        {snapshots.map(({ name: each, at }, place) => (
          <li key={each}>
            {each} <span class="quiet">({clockTime(at)})</span>{" "}
            <button disabled={isBusy} onClick={() => void back(place)}>
              Return to {each}
            </button>
          </li>
        ))}
      </ul>
      <p>
        <button disabled={isBusy} onClick={() => void save()}>
          Save the state as a file
        </button>{" "}
        <span class="small">
          <code>npx hardhat hyperchain:spawn --load ecosystem.dump</code> begins with it, here or in CI.
        </span>
      </p>
    </Menu>
  );
}

/** Bytes of hexadecimal digits after 0x. */
function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hex.length / 2 - 1 }, (_, place) => parseInt(hex.slice(2 + 2 * place, 4 + 2 * place), 16));
}

function kept(): readonly Snapshot[] {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "[]") as readonly Snapshot[];
  } catch {
    // Another page of this machine has been on this port before.
    return [];
  }
}
