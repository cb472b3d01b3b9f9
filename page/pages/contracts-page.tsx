import type { EcosystemInfo } from "../answers.ts";
import { Deploy } from "../contract/deploy.tsx";
import { codeWords } from "../contract/code-words.ts";
import { describe } from "../described.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { count, plural } from "../format.ts";
import { useNames, type NamedContract } from "../names.ts";
import { Answer, Table } from "../parts/layout.tsx";
import { ChainLink, WholeAddress } from "../parts/links.tsx";
import { ask } from "../rpc.ts";
import { untold } from "../untold.ts";

/** Each is a question to a member. */
const MOST_SHOWN = 100;

/** A contract and the code that it has, and how that compares where several have the same name. */
interface Deployment extends NamedContract {
  readonly size: string;
  readonly code: string;
}

/** The project's contracts, on which members each is, and where their code is equal. */
export function ContractsPage() {
  const { info } = useEcosystem();
  const { contracts } = useNames();
  const shown = contracts.slice(0, MOST_SHOWN);
  const asked = useAsked(() => deploymentsOf(info, shown), ["contracts", shown.length]);
  return (
    <>
      <h1>Contracts</h1>
      <p>
        The project's contracts that users have created or called, or that have logged events, from block 0 onwards. Each leads to
        forms that read it and write to it.
      </p>
      {contracts.length > MOST_SHOWN && (
        <p class="quiet">
          The first {count(MOST_SHOWN)} of {plural(contracts.length, "contract")}.
        </p>
      )}
      <Answer asked={asked} missing="">
        {(deployments) => (
          <Table
            caption="The project's contracts on L1 and all chains"
            columns={["contract", "chain", "address", "code"]}
            empty="No contract of the project has been seen yet. Deploy one, below or by a script, and it stands here."
            rows={deployments.map(({ name, chain, address, size, code }) => ({
              key: `${chain}:${address}`,
              cells: [
                name,
                <ChainLink name={chain} />,
                <WholeAddress chain={chain} address={address} />,
                `${size}${code === "" ? "" : `, ${code}`}`,
              ],
            }))}
          />
        )}
      </Answer>
      <Deploy />
    </>
  );
}

async function deploymentsOf(info: EcosystemInfo, contracts: readonly NamedContract[]): Promise<readonly Deployment[]> {
  const described = await describe(contracts.map(({ chain, address }) => ({ chain, address }))).catch(() => []);
  const found = await Promise.all(
    contracts.map(async (contract, i) => {
      const id = info.chains.find(({ name }) => name === contract.chain)?.chainId;
      // A chain that is paused, or that only its readers may read, does not tell.
      const member = id === undefined ? "l1" : String(id);
      const bytes = await ask<string>(member, "eth_getCode", [contract.address, "latest"]).catch(() => undefined);
      return { ...contract, bytes, fullName: described[i]?.contract?.fullName };
    }),
  );
  return [...Map.groupBy(found, ({ name }) => name).values()].flatMap((alike) => {
    const read = alike.flatMap(({ bytes, ...contract }) => (bytes === undefined ? [] : [{ ...contract, bytes }]));
    const words = codeWords(read);
    const unread = alike.filter(({ bytes }) => bytes === undefined);
    return [
      ...read.map(({ bytes, ...contract }, i) => ({
        ...contract,
        size: `${count((bytes.length - 2) / 2)} bytes`,
        code: words[i] ?? "",
      })),
      ...unread.map((contract) => ({ ...contract, size: untold(info, contract.chain), code: "" })),
    ];
  });
}
