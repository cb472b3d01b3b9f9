import { useState } from "preact/hooks";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { hex } from "../format.ts";
import { AddressInput } from "../parts/address-input.tsx";
import { ask } from "../rpc.ts";
import { developmentSigner, memberOf } from "../wallet/signer.ts";
import { useSigning } from "../wallet/signing.ts";
import { keptToken } from "../wallet/token.ts";
import { smallestUnits } from "../wallet/amount.ts";
import { Menu } from "../parts/menu.tsx";
import { command, useActs } from "./acts.ts";

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/** Gives money out of a development account, and acts as any account. */
export function Accounts() {
  const { info } = useEcosystem();
  const { act, isBusy } = useActs();
  const { connect } = useSigning();
  const [address, setAddress] = useState("");
  const [amount, setAmount] = useState("10");
  const [chosen, choose] = useState("");
  const members = [info.l1, ...info.chains];
  const member = members.find(({ name }) => name === chosen) ?? info.chains[0] ?? info.l1;
  const asked = useAsked(() => ask<readonly string[]>("any", "eth_accounts"), ["accounts"]);
  const giver = asked.state === "there" ? asked.value[0] : undefined;
  const give = (): Promise<void> =>
    act(`${amount} given to ${address} on ${member.name}`, async () => {
      if (giver === undefined) throw new Error("the ecosystem signs for no development account");
      const value = hex(BigInt(smallestUnits(amount, 18)));
      await command(memberOf(info, member.chainId), "eth_sendTransaction", [{ from: giver, to: address, value }]);
    });
  const become = (): Promise<void> =>
    act(`acts as ${address}`, async () => {
      for (const { chainId } of members) await command(memberOf(info, chainId), "hardhat_impersonateAccount", [address]);
      connect(developmentSigner(address, keptToken() ?? "", info), undefined);
    });
  return (
    <Menu label="Accounts">
      <form class="actions" aria-label="an account" onSubmit={(event) => event.preventDefault()}>
        <AddressInput isBare label="address of the account" onAddress={setAddress} />
        <input
          class="short"
          aria-label="amount to give"
          value={amount}
          onInput={({ currentTarget }) => setAmount(currentTarget.value)}
        />
        <select aria-label="where to give it" value={member.name} onChange={({ currentTarget }) => choose(currentTarget.value)}>
          {members.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button disabled={isBusy || !ADDRESS.test(address)} onClick={() => void give()}>
          Give money
        </button>
        <button disabled={isBusy || !ADDRESS.test(address)} onClick={() => void become()}>
          Act as it
        </button>
      </form>
      <p class="quiet small">
        Who acts, on the wallet page and in contracts' forms, needs no key: the chains impersonate the account.
      </p>
    </Menu>
  );
}
