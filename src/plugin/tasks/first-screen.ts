import { HDNodeWallet, Mnemonic } from "ethers";
import type { EcosystemInfo } from "../../devnet/view/ecosystem-info.ts";
import { strong, table, warning } from "./output.ts";

const WIDTH = 100;
const PATH = "m/44'/60'/0'/0";

/** Everything that is needed to use an ecosystem: members, URLs, contracts, accounts, and what is proven. */
export function firstScreen(info: EcosystemInfo): string {
  const { l1, chains, accounts, prover, relayer } = info;
  const members = [
    ["", "chain id", "JSON-RPC, HTTP and WebSocket", "data", "contract on L1"],
    [l1.name, String(l1.chainId), l1.url, "", ""],
    ...chains.map(({ name, chainId, url, dataAvailability, hyperchain, baseToken }) => [
      name,
      String(chainId),
      url,
      dataAvailability,
      baseToken.symbol === "ETH" ? hyperchain : `${hyperchain}, fees in ${baseToken.symbol}`,
    ]),
  ];
  const contracts = Object.entries(l1.contracts).map(([name, address]) => [name, address]);
  const workers = prover.mode === "stark" ? `, ${prover.workers} prover ${prover.workers === 1 ? "thread" : "threads"}` : "";
  const sections = [
    table(members),
    `${strong("Contracts on L1")}\n${table(contracts)}`,
    accountsSection(accounts),
    `${strong("What is proven")} (protocol version ${info.protocolVersion}${workers})\n${prover.mode === "none" ? warning(wrapped(info.proven)) : wrapped(info.proven)}`,
    relayer === undefined ? "No relayer runs: messages are delivered by whoever brings them." : `The relayer ${relayer.address} delivers messages.`,
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function accountsSection({ mnemonic, funded }: EcosystemInfo["accounts"]): string {
  if (mnemonic === undefined) return "";
  const parent = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(mnemonic), PATH);
  const rows = funded.map((number) => {
    const { address, privateKey } = parent.deriveChild(number);
    return [String(number), address, privateKey];
  });
  return `${strong("Accounts with money on every chain")}, of the public phrase "${mnemonic}"\n${table(rows)}\nEverybody knows these keys: never send real money to them.`;
}

/** In lines of at most so many characters. */
export function wrapped(text: string, width = WIDTH): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join("\n");
}
