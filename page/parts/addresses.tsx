import { AddressLink } from "./links.tsx";

/** Addresses in a line. */
export function Addresses({ chain, addresses }: { readonly chain: string; readonly addresses: readonly string[] }) {
  return (
    <>
      {addresses.map((address, place) => (
        <span key={address}>
          {place > 0 && ", "}
          <AddressLink chain={chain} address={address} />
        </span>
      ))}
    </>
  );
}
