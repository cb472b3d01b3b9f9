import { useState } from "preact/hooks";
import { useEcosystem } from "../ecosystem.ts";
import { Menu } from "../parts/menu.tsx";
import { command, useActs } from "./acts.ts";

/** Pauses, resumes and adds chains. */
export function Chains() {
  const { info, status } = useEcosystem();
  const { act, isBusy } = useActs();
  return (
    <Menu label="Chains">
      <ul>
        {status.chains.map(({ name, stopped, ended }) => (
          <li key={name}>
            {name}{" "}
            {ended === true ? (
              <span class="quiet">ended</span>
            ) : stopped === true ? (
              <button
                disabled={isBusy}
                onClick={() => void act(`${name} started`, () => command("any", "hyperchain_startChain", [name]))}
              >
                Start {name}
              </button>
            ) : (
              <button
                disabled={isBusy}
                onClick={() => void act(`${name} paused`, () => command("any", "hyperchain_stopChain", [name]))}
              >
                Pause {name}
              </button>
            )}
          </li>
        ))}
      </ul>
      <AddChain taken={[info.l1, ...info.chains].map(({ name }) => name)} />
    </Menu>
  );
}

function AddChain({ taken }: { readonly taken: readonly string[] }) {
  const { info } = useEcosystem();
  const { act, isBusy } = useActs();
  const [name, setName] = useState("");
  const [data, setData] = useState("rollup");
  const [settlesOn, setSettlesOn] = useState("");
  const add = async (): Promise<void> => {
    const options = { name: name.trim(), dataAvailability: data, ...(settlesOn === "" ? {} : { settlesOn }) };
    await act(`chain ${options.name} added`, () => command("any", "hyperchain_addChain", [options]));
    setName("");
  };
  return (
    <form
      class="actions"
      aria-label="add a chain"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <input
        required
        aria-label="name of the new chain"
        placeholder="name"
        value={name}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <select aria-label="where its data goes" value={data} onChange={({ currentTarget }) => setData(currentTarget.value)}>
        <option>rollup</option>
        <option>validium</option>
        <option>inputs</option>
        <option>owners</option>
      </select>
      <select aria-label="where it settles" value={settlesOn} onChange={({ currentTarget }) => setSettlesOn(currentTarget.value)}>
        <option value="">on {info.l1.name}</option>
        {info.chains.map((chain) => (
          <option key={chain.name} value={chain.name}>
            on {chain.name}
          </option>
        ))}
      </select>
      <button disabled={isBusy || taken.includes(name.trim())}>Add</button>
    </form>
  );
}
