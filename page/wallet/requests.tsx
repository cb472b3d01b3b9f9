import { useState } from "preact/hooks";
import type { WalletAnswer } from "../answers.ts";
import { useEcosystem } from "../ecosystem.ts";
import { isolated, units } from "../format.ts";
import { AddressInput } from "../parts/address-input.tsx";
import { baseOf } from "../settlement-base.ts";
import { smallestUnits } from "./amount.ts";
import { routeTrust } from "./route-trust.ts";
import type { WalletRequest } from "./carry-out.ts";

const ACTIONS = {
  deposit: "Deposit",
  send: "Send to another chain",
  call: "Call on another chain",
  withdraw: "Withdraw",
} as const;
type Action = keyof typeof ACTIONS;

/** A form for each thing that the account can do. */
export function Requests({
  wallet,
  isBusy,
  start,
}: {
  readonly wallet: WalletAnswer;
  readonly isBusy: boolean;
  readonly start: (request: WalletRequest) => void;
}) {
  const [action, setAction] = useState<Action>("deposit");
  return (
    <>
      <div class="actions" role="group" aria-label="what to do">
        {(Object.keys(ACTIONS) as Action[]).map((each) => (
          <button key={each} aria-pressed={each === action} onClick={() => setAction(each)}>
            {ACTIONS[each]}
          </button>
        ))}
      </div>
      <Form key={action} action={action} wallet={wallet} isBusy={isBusy} start={start} />
    </>
  );
}

function Form({
  action,
  wallet,
  isBusy,
  start,
}: {
  readonly action: Action;
  readonly wallet: WalletAnswer;
  readonly isBusy: boolean;
  readonly start: (request: WalletRequest) => void;
}) {
  const { info } = useEcosystem();
  const [first] = info.chains;
  const [chain, setChain] = useState(String(first?.chainId ?? ""));
  const [destination, setDestination] = useState("");
  const [wrong, setWrong] = useState<string>();
  const base = baseOf(info, info.chains.find(({ chainId }) => String(chainId) === chain)?.name ?? "");
  const title = titleOf(action, base.words);
  const from = action === "deposit" ? String(base.chainId) : chain;
  const tokens = wallet.members.find(({ chainId }) => String(chainId) === from)?.tokens ?? [];
  const submit = (event: Event): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const read = (name: string): string => String(fields.get(name) ?? "").trim();
    try {
      setWrong(undefined);
      start(action === "call" ? callOf(read, Number(chain)) : moneyOf(action, read, { chain: Number(chain), tokens }));
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
    }
  };
  const others = info.chains.filter(({ chainId }) => String(chainId) !== chain);
  const receiver = others.find(({ name }) => name === destination) ?? others[0];
  const isBetween = action === "send" || action === "call";
  const ends =
    action === "deposit" ? [base.chainId, Number(chain)] : [Number(chain), isBetween ? receiver?.chainId : base.chainId];
  return (
    <form class="fields" aria-label={title} onSubmit={submit}>
      <label>
        {action === "deposit" ? "to chain" : "from chain"}
        <select value={chain} onChange={({ currentTarget: { value } }) => setChain(value)}>
          {info.chains.map(({ name, chainId }) => (
            <option value={chainId} key={chainId}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {isBetween && (
        <label>
          to chain
          <select
            name="destination"
            value={receiver?.name ?? ""}
            onChange={({ currentTarget: { value } }) => setDestination(value)}
          >
            {others.map(({ name }) => (
              <option value={name} key={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {action !== "call" && <AssetField tokens={tokens} key={from} />}
      <AddressInput
        name="to"
        label={action === "call" ? "contract" : action === "send" ? "to account" : "to account (empty: your own)"}
        isNeeded={action === "call" || action === "send"}
        chain={[info.l1, ...info.chains].find(({ chainId }) => chainId === ends[1])?.name}
      />
      {action === "call" && (
        <>
          <TextField name="function" label="function of the project's contract, such as set(uint256)" />
          <TextField name="arguments" label={'arguments, as a list: ["5"]'} />
          <TextField name="data" label="or calldata" />
          <TextField name="value" label="value, in the destination's coin" />
        </>
      )}
      <Trust from={ends[0]} to={ends[1]} />
      <button class="primary" disabled={isBusy}>
        {title}
      </button>
      {wrong !== undefined && (
        <p class="bad" role="alert">
          {wrong}
        </p>
      )}
    </form>
  );
}

/** Trust assumptions of the route, before its use. */
function Trust({ from, to }: { readonly from: number | undefined; readonly to: number | undefined }) {
  const { info } = useEcosystem();
  if (from === undefined || to === undefined) return null;
  return (
    <details class="trust" open>
      <summary>What this rests on</summary>
      <ul>
        {routeTrust(info, { from, to }).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}

/** Title of an action. `base` is the chain's settlement layer, the other end of deposits and withdrawals. */
function titleOf(action: Action, base: string): string {
  if (action === "deposit") return `${ACTIONS.deposit} from ${base}`;
  return action === "withdraw" ? `${ACTIONS.withdraw} to ${base}` : ACTIONS[action];
}

function TextField({ name, label }: { readonly name: string; readonly label: string }) {
  return (
    <label>
      {label}
      <input name={name} autoComplete="off" spellcheck={false} />
    </label>
  );
}

type Tokens = WalletAnswer["members"][number]["tokens"];

function AssetField({ tokens }: { readonly tokens: Tokens }) {
  return (
    <>
      <label>
        asset
        <select name="token">
          {tokens.map(({ address, symbol, amount, decimals }, place) => (
            <option value={place} key={address}>
              {isolated(symbol)} (it has {units(amount, decimals)})
            </option>
          ))}
        </select>
      </label>
      <label>
        amount
        <input name="amount" inputMode="decimal" autoComplete="off" required />
      </label>
    </>
  );
}

type Read = (name: string) => string;

/** Throws Error for an invalid amount. */
function moneyOf(
  action: Exclude<Action, "call">,
  read: Read,
  { chain, tokens }: { readonly chain: number; readonly tokens: Tokens },
): WalletRequest {
  const token = tokens[Number(read("token"))];
  if (token === undefined) throw new Error("the chain does not answer, so its assets are not known");
  const amount = smallestUnits(read("amount"), token.decimals);
  const [to, destination] = [read("to"), read("destination")];
  // A chain's coin has no address that L1 knows; ETH has one everywhere.
  const named = action === "deposit" && /^0x0{40}$/.test(token.address) ? "ETH" : token.address;
  if (action === "send") return { action, chain, to: `${to}@${destination}`, amount, token: named };
  return { action, chain, amount, token: named, ...(to === "" ? {} : { to }) };
}

/** Throws Error unless the arguments are a list and the value is a valid amount. */
function callOf(read: Read, chain: number): WalletRequest {
  const [named, data, value] = [read("function"), read("data"), read("value")];
  const to = `${read("to")}@${read("destination")}`;
  const worth = value === "" ? {} : { value: smallestUnits(value, 18) };
  if (named === "") return { action: "call", chain, to, data: data === "" ? "0x" : data, ...worth };
  return { action: "call", chain, to, inWords: { function: named, arguments: argumentsOf(read("arguments")) }, ...worth };
}

function argumentsOf(text: string): readonly string[] {
  const given: unknown = text === "" ? [] : JSON.parse(text);
  if (!Array.isArray(given)) throw new Error('arguments are a list, such as ["5", "true"]');
  return (given as readonly unknown[]).map((each) => (typeof each === "string" ? each : JSON.stringify(each)));
}
