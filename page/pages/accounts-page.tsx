import { useAsked, useEcosystem } from "../ecosystem.ts";
import { ether } from "../format.ts";
import { Answer, Table } from "../parts/layout.tsx";
import { AddressLink } from "../parts/links.tsx";
import { ask } from "../rpc.ts";
import { untold } from "../untold.ts";

/** The unlocked development accounts with their money on every chain. */
export function AccountsPage() {
  const { info, version } = useEcosystem();
  const asked = useAsked(async () => {
    const accounts = await ask<readonly string[]>("any", "eth_accounts");
    return Promise.all(
      accounts.map(async (address) => ({
        address,
        balances: await Promise.all(
          // A chain that is paused, or that only its readers may read, does not hide the others.
          info.chains.map(({ chainId, name }) =>
            ask<string>(String(chainId), "eth_getBalance", [address, "latest"]).then(ether, () => untold(info, name)),
          ),
        ),
      })),
    );
  }, ["accounts", version]);
  return (
    <>
      <h1>Development accounts</h1>
      {info.accounts.mnemonic !== undefined && (
        <p>
          Their phrase is public: <code>{info.accounts.mnemonic}</code>. Never use it where money is real.
        </p>
      )}
      <Answer asked={asked} missing="">
        {(accounts) => (
          <Table
            caption="Unlocked accounts and their balances"
            columns={["account", "address", ...info.chains.map(({ name, baseToken }) => `${name}, ${baseToken.symbol}`)]}
            empty="This ecosystem signs for no account."
            rows={accounts.map(({ address, balances }) => ({
              key: address,
              cells: [
                <AddressLink chain={info.chains[0]?.name ?? info.l1.name} address={address} />,
                <code>{address}</code>,
                ...balances,
              ],
            }))}
          />
        )}
      </Answer>
    </>
  );
}
