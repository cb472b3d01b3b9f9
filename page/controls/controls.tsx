import { useState } from "preact/hooks";
import { useEcosystem } from "../ecosystem.ts";
import { plural } from "../format.ts";
import type { EcosystemInfo } from "../answers.ts";
import { Menu } from "../parts/menu.tsx";
import { Icon } from "../parts/shape.tsx";
import { Said } from "../parts/words.tsx";
import { to } from "../route.ts";
import { memberOf } from "../wallet/signer.ts";
import { keptToken } from "../wallet/token.ts";
import { Accounts } from "./accounts.tsx";
import { command, useActs, type Acts } from "./acts.ts";
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
  const { notice } = useActs();
  const [isOpen, open] = useState(false);
  const mayWrite = keptToken() !== undefined;
  return (
    <section class={isOpen ? "controls open" : "controls"} aria-label="Controls">
      {mayWrite ? (
        <>
          <button class="bare toggle" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
            Controls
            <Icon name="down" />
          </button>
          <Time />
          <Steps />
          <i />
          <Snapshots />
          <Faults />
          <NodeFaults />
          <Chains />
          <Accounts />
        </>
      ) : (
        <p class="quiet small">
          Controls: <code>npx hardhat hyperchain:open</code>
        </p>
      )}
      <Menu kind="primary" label="Deploy or send">
        <a class="button bare" href={to("contracts")}>
          Deploy a contract
        </a>
        <a class="button bare" href={to("wallet")}>
          Send, deposit, call or withdraw
        </a>
      </Menu>
      {notice !== undefined && (
        <p class={notice.isBad ? "notice bad" : "notice"} role={notice.isBad ? "alert" : "status"}>
          <Said text={notice.text} />
        </p>
      )}
    </section>
  );
}

/** Menu that moves time, and mines on one member. */
function Time() {
  const { act, isBusy } = useActs();
  const members = useRunning();
  const [seconds, set] = useState("");
  const [chosen, choose] = useState("");
  const member = members.find(({ name }) => name === chosen) ?? members[0];
  const { info } = useEcosystem();
  const move = (by: number, words: string): Promise<void> =>
    act(`time moved by ${words}`, async () => {
      await command("any", "evm_increaseTime", [by]);
      // A block of each member, so that contracts see the time that is shown, and what expired on L1 is known.
      for (const { chainId } of members) await command(memberOf(info, chainId), "evm_mine");
    });
  return (
    <Menu label="Time">
      <span class="segments" role="group" aria-label="move time by">
        {Object.entries(MOVES).map(([words, by]) => (
          <button key={words} disabled={isBusy} onClick={() => void move(by, words)}>
            +{words}
          </button>
        ))}
      </span>
      <form
        class="actions"
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
      <form
        class="actions"
        onSubmit={(event) => {
          event.preventDefault();
          if (member !== undefined) void act(...miningAct(info, [member], member.name));
        }}
      >
        <select aria-label="where to mine" value={member?.name} onChange={({ currentTarget }) => choose(currentTarget.value)}>
          {members.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button disabled={isBusy}>Mine there</button>
      </form>
    </Menu>
  );
}

/** Members that make blocks. */
function useRunning(): readonly { readonly name: string; readonly chainId: number }[] {
  const { info, status } = useEcosystem();
  return [info.l1, ...status.chains.filter(({ stopped, ended, fault }) => !(stopped ?? ended) && fault === undefined)];
}

/** Arguments of an act that mines a block on each member of a list. */
function miningAct(
  info: EcosystemInfo,
  members: readonly { readonly chainId: number }[],
  place: string,
): Parameters<Acts["act"]> {
  const mine = async (): Promise<void> => {
    for (const { chainId } of members) await command(memberOf(info, chainId), "evm_mine");
  };
  return [`a block mined on ${place}`, mine];
}

function Steps() {
  const { info } = useEcosystem();
  const { act, isBusy } = useActs();
  const members = [info.l1, ...info.chains];
  return (
    <>
      <button
        class="bare"
        title="Mine a block on every member"
        disabled={isBusy}
        onClick={() => void act(...miningAct(info, members, "every member"))}
      >
        Mine
      </button>
      <button
        class="bare"
        title="Seal and settle all batches"
        disabled={isBusy}
        onClick={() => void act("settle", () => command("any", "hyperchain_settle"))}
      >
        Settle
      </button>
      <button
        class="bare"
        title="Deliver the messages that wait"
        disabled={isBusy}
        onClick={() => void act("deliver messages", () => command("any", "hyperchain_relay"))}
      >
        Deliver
      </button>
    </>
  );
}
