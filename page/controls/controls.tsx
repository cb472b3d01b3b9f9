import { useState } from "preact/hooks";
import { useEcosystem } from "../ecosystem.ts";
import { plural } from "../format.ts";
import { Said } from "../parts/words.tsx";
import { to } from "../route.ts";
import { memberOf } from "../wallet/signer.ts";
import { keptToken } from "../wallet/token.ts";
import { Accounts } from "./accounts.tsx";
import { command, useActs } from "./acts.ts";
import { Chains } from "./chains.tsx";
import { Faults } from "./faults.tsx";
import { NodeFaults } from "./node-faults.tsx";
import { Snapshots } from "./snapshots.tsx";

const MOVES = { "1 minute": 60, "1 hour": 3_600, "1 day": 86_400, "1 week": 604_800 } as const;

/**
 * Controls of the ecosystem for a reader with the token: time, blocks, batches, snapshots, chains, faults,
 * money.
 */
export function Controls() {
  const { info } = useEcosystem();
  const { notice } = useActs();
  if (keptToken() === undefined)
    return (
      <p class="quiet small">
        To move time, settle, snapshot, pause chains or cause faults from here, open this page by the whole address that was
        printed where the ecosystem runs.
      </p>
    );
  return (
    <section class="controls" aria-labelledby="controls">
      <div class="bar">
        <h2 id="controls">Controls</h2>
        <Time />
        <Steps />
        {info.prover.mode !== "none" && <a href={to("prover")}>Prove with this browser</a>}
      </div>
      {notice !== undefined && (
        <p class={notice.isBad ? "bad small" : "quiet small"} role={notice.isBad ? "alert" : "status"}>
          <Said text={notice.text} />
        </p>
      )}
      <div class="groups">
        <Snapshots />
        <Chains />
        <Faults />
        <NodeFaults />
        <Accounts />
      </div>
    </section>
  );
}

function Time() {
  const { info, status } = useEcosystem();
  const { act, isBusy } = useActs();
  const [seconds, set] = useState("");
  const running = [info.l1, ...status.chains.filter(({ stopped, ended, fault }) => !(stopped ?? ended) && fault === undefined)];
  const move = (by: number, words: string): Promise<void> =>
    act(`time moved by ${words}`, async () => {
      await command("any", "evm_increaseTime", [by]);
      // A block of each member, so that contracts see the time that is shown, and what expired on L1 is known.
      for (const { chainId } of running) await command(memberOf(info, chainId), "evm_mine");
    });
  return (
    <>
      <span class="segments" role="group" aria-label="move time by">
        {Object.entries(MOVES).map(([words, by]) => (
          <button key={words} disabled={isBusy} onClick={() => void move(by, words)}>
            +{words}
          </button>
        ))}
      </span>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void move(Number(seconds), plural(Number(seconds), "second"));
          set("");
        }}
      >
        <input
          class="short"
          type="number"
          min="1"
          required
          aria-label="seconds to move time by"
          placeholder="seconds"
          value={seconds}
          onInput={({ currentTarget }) => set(currentTarget.value)}
        />
        <button disabled={isBusy}>Move</button>
      </form>
    </>
  );
}

function Steps() {
  const { info } = useEcosystem();
  const { act, isBusy } = useActs();
  const [chosen, choose] = useState("");
  const members = [info.l1, ...info.chains];
  const member = members.find(({ name }) => name === chosen);
  const mine = (): Promise<void> =>
    act(`a block mined on ${member?.name ?? "every member"}`, async () => {
      for (const { chainId } of member === undefined ? members : [member]) await command(memberOf(info, chainId), "evm_mine");
    });
  return (
    <>
      <select aria-label="where to mine" value={chosen} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        <option value="">every member</option>
        {members.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <button disabled={isBusy} onClick={() => void mine()}>
        Mine
      </button>
      <button disabled={isBusy} onClick={() => void act("settle", () => command("any", "hyperchain_settle"))}>
        Settle now
      </button>
      <button disabled={isBusy} onClick={() => void act("deliver messages", () => command("any", "hyperchain_relay"))}>
        Deliver messages
      </button>
    </>
  );
}
