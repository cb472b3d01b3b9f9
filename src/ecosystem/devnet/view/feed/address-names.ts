import { ENTRY_POINTS } from "../../../../chain/model/entry-points.ts";
import { CREATEX, SINGLETONS } from "../../../../chain/predeploys/singleton-addresses.ts";
import { BOOTLOADER_ADDRESS } from "../../../../ground/protocol/l2-log.ts";
import { PREDEPLOYS } from "../../../../ground/protocol/predeploys.ts";
import type { EcosystemInfo } from "../books/ecosystem-info.ts";
import type { ActivityTransaction } from "./activity.ts";

/** An address in lower case, and its name. */
type AddressName = readonly [address: string, name: string];

/** Contracts at fixed addresses on chains; a chain without one of them has nothing else at its address. */
const AT_FIXED_ADDRESSES: readonly AddressName[] = [
  ...Object.entries({ ...PREDEPLOYS, ...SINGLETONS }).map(([name, address]) => [address.toLowerCase(), name] as const),
  [CREATEX, "CreateX"],
  ...Object.entries(ENTRY_POINTS).map(([version, address]) => [address, `EntryPoint ${version}`] as const),
  // The sender of the chain's own transactions.
  [BOOTLOADER_ADDRESS, "bootloader"],
  // Their keys are public: of development L1s, the payer of accounts' first money, and the deployer, which no chain signs for.
  ["0x9423c49fa3f6de631b5149995ef519e302af5b9d", "payer"],
  ["0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", "account 0"],
];

/**
 * Addresses of the protocol: contracts on chains and on L1, operators, the relayer. Without `info` those at fixed
 * addresses.
 */
export function protocolAddresses(info: EcosystemInfo | undefined): readonly AddressName[] {
  if (info === undefined) return AT_FIXED_ADDRESSES;
  const relayer = info.relayer === undefined ? [] : [[info.relayer.address.toLowerCase(), "relayer"] as const];
  return [
    ...AT_FIXED_ADDRESSES,
    ...Object.entries(info.l1.contracts).map(([name, address]) => [address.toLowerCase(), `${info.l1.name} ${name}`] as const),
    ...info.chains.flatMap(({ name, hyperchain, operator }) => [
      [hyperchain.toLowerCase(), `${name} on L1`] as const,
      [operator.toLowerCase(), `operator of ${name}`] as const,
    ]),
    ...relayer,
  ];
}

/** The unlocked development accounts by their numbers; `addresses` is what `eth_accounts` answers. */
export function accountAddresses(info: EcosystemInfo | undefined, addresses: readonly string[]): readonly AddressName[] {
  const { funded = [] } = info?.accounts ?? {};
  if (funded.length !== addresses.length) return [];
  const relayer = info?.relayer?.address.toLowerCase();
  return addresses.flatMap((address, i) =>
    address.toLowerCase() === relayer ? [] : [[address.toLowerCase(), `account ${funded[i]}`] as const],
  );
}

/** The project's contracts that a transaction shows. */
export function shownContracts({ created, to, contract, events }: ActivityTransaction): readonly AddressName[] {
  return [{ address: created ?? to, contract }, ...events].flatMap((each) =>
    each.address === undefined || each.contract === undefined ? [] : [[each.address.toLowerCase(), each.contract] as const],
  );
}
