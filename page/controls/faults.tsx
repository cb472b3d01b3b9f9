import { useState } from "preact/hooks";
import { FAULT_WORDS } from "../../src/ecosystem/devnet/view/feed/fault-words.ts";
import { useEcosystem } from "../ecosystem.ts";
import { OFFERED } from "../parts/address-input.tsx";
import { Menu } from "../parts/menu.tsx";
import { command, useActs } from "./acts.ts";

/** Without those of bridges, which few ecosystems have. */
type FaultName = Exclude<
  keyof typeof FAULT_WORDS,
  "bridgesOff" | "bridgesOn" | "aggregatorOff" | "aggregatorOn" | "node" | "partition" | "withhold" | "lag"
>;

type Field = "target" | "seconds" | "chain" | "account";

interface Kind {
  /** Effect of the fault, as in the docs of the test API. */
  readonly does: string;
  readonly fields: readonly Field[];
  readonly running?: boolean;
}

const KINDS: Readonly<Record<FaultName, Kind>> = {
  relayerOff: { does: "The relayer does nothing at all.", fields: [], running: false },
  relayerOn: { does: "The relayer continues.", fields: [], running: true },
  drop: { does: "The relayer never delivers it. Anyone else still could.", fields: ["target"] },
  delay: {
    does: "The relayer's delivery of the target waits until the ecosystem's clock has moved by the given seconds.",
    fields: ["target", "seconds"],
  },
  duplicate: {
    does: "The relayer delivers it twice; the chain must refuse the second delivery.",
    fields: ["target"],
  },
  reorder: { does: "The relayer delivers what waits for a chain newest first.", fields: [] },
  sequencerOff: {
    does: "The chain takes transactions, but makes no blocks automatically, takes nothing from what it settles on and seals nothing.",
    fields: ["chain"],
    running: false,
  },
  sequencerOn: { does: "The chain makes blocks again.", fields: ["chain"], running: true },
  censor: {
    does: "The chain leaves out an account's transactions, or an operation of its queue and all behind it, until the deadline there.",
    fields: ["chain", "account"],
  },
  tamperNextProof: {
    does: "One byte of the chain's next proof is wrong: what the chain settles on refuses it, and its settlement stops until a return to a snapshot.",
    fields: ["chain"],
  },
  tamperNextData: {
    does:
      "One change that the chain's next batch publishes is not what its blocks did. Validators that execute refuse it, and the chain stops until hyperchain:reseal; " +
      "no proof of it can be made; where neither is asked for it is executed, and hyperchain:reconstruct finds it. Not in an ecosystem that is kept.",
    fields: ["chain"],
  },
  clear: {
    does: "A stopped settlement continues only after a return to a snapshot.",
    fields: [],
  },
};

/** Bad days for a dapp. */
export function Faults() {
  const { info } = useEcosystem();
  const { act, isBusy } = useActs();
  const [type, choose] = useState<FaultName>("relayerOff");
  const [fields, set] = useState<Readonly<Record<Field, string>>>({ target: "", seconds: "60", chain: "", account: "" });
  const kind = KINDS[type];
  const chain = info.chains.find(({ name }) => name === fields.chain) ?? info.chains[0];
  const change = (field: Field) => (event: { readonly currentTarget: { readonly value: string } }) =>
    set({ ...fields, [field]: event.currentTarget.value });
  const cause = (): Promise<void> => {
    const fault = {
      type: type.replace(/(On|Off)$/, ""),
      ...(kind.running === undefined ? {} : { running: kind.running }),
      ...(kind.fields.includes("target") ? { target: fields.target.trim() === "" ? "all" : fields.target.trim() } : {}),
      ...(kind.fields.includes("seconds") ? { seconds: Number(fields.seconds) } : {}),
      ...(kind.fields.includes("chain") ? { chainId: chain?.chainId } : {}),
      ...(kind.fields.includes("account") ? { target: fields.account.trim() } : {}),
    };
    return act(`fault: ${FAULT_WORDS[type]}`, () => command("any", "hyperchain_setFault", [fault]));
  };
  return (
    <Menu label="Faults">
      <form
        class="actions"
        aria-label="cause a fault"
        onSubmit={(event) => {
          event.preventDefault();
          void cause();
        }}
      >
        <select aria-label="fault" value={type} onChange={({ currentTarget }) => choose(currentTarget.value as FaultName)}>
          {Object.keys(KINDS).map((name) => (
            <option key={name} value={name}>
              {FAULT_WORDS[name as FaultName]}
            </option>
          ))}
        </select>
        {kind.fields.includes("chain") && (
          <select aria-label="chain of the fault" value={chain?.name} onChange={change("chain")}>
            {info.chains.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
        {kind.fields.includes("target") && (
          <input aria-label="message's hash" placeholder="hash (empty: all)" value={fields.target} onInput={change("target")} />
        )}
        {kind.fields.includes("seconds") && (
          <input
            class="short"
            type="number"
            min="0"
            aria-label="seconds of delay"
            value={fields.seconds}
            onInput={change("seconds")}
          />
        )}
        {kind.fields.includes("account") && (
          <input
            required
            aria-label="account or operation"
            placeholder="0x…"
            list={OFFERED}
            value={fields.account}
            onInput={change("account")}
          />
        )}
        <button disabled={isBusy}>Set</button>
      </form>
      <p class="quiet small">{kind.does}</p>
    </Menu>
  );
}
