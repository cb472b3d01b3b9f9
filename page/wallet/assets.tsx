import type { WalletAnswer } from "../answers.ts";
import { Said } from "../parts/words.tsx";
import { useEcosystem } from "../ecosystem.ts";
import { units } from "../format.ts";
import { Section, Table } from "../parts/layout.tsx";
import { AddressLink, ChainLink } from "../parts/links.tsx";
import { whoCanFreeze } from "./freezing.ts";

const PAID_OUT = ": if the chain stops, it is paid out on L1";

/** Assets of an account on every member, and the parties that can withhold them. */
export function Assets({ wallet }: { readonly wallet: WalletAnswer }) {
  const { info } = useEcosystem();
  const held = wallet.members.flatMap(({ name, chainId, tokens }) =>
    tokens
      // The coin stands first; it has no contract to look at.
      .map((token, place) => ({ name, chainId, token, isCoin: place === 0 }))
      .filter(({ token: { amount } }) => amount !== "0"),
  );
  return (
    <Section title="Assets">
      <Table
        caption="What the account has, and which parties can freeze it"
        columns={["chain", "asset", "amount", "can be frozen by"]}
        empty="It has none."
        rows={held.map(({ name, chainId, token, isCoin }) => {
          const parties = whoCanFreeze(info, chainId, token);
          return {
            key: `${name}:${token.address}`,
            cells: [
              <ChainLink name={name} />,
              <>
                <Said text={token.symbol} />
                {!isCoin && (
                  <>
                    {" "}
                    <AddressLink chain={name} address={token.address} />
                  </>
                )}
              </>,
              units(token.amount, token.decimals),
              parties.length > 0 ? parties.join("; ") : `no party${chainId === info.l1.chainId ? "" : PAID_OUT}`,
            ],
          };
        })}
      />
      {wallet.members
        .filter(({ unavailable }) => unavailable !== undefined)
        .map(({ name, unavailable }) => (
          <p class="bad" key={name}>
            {name} does not answer: {unavailable}
          </p>
        ))}
    </Section>
  );
}
