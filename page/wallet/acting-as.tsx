import { useEcosystem } from "../ecosystem.ts";
import { AddressLink } from "../parts/links.tsx";
import type { Signer } from "./signer.ts";

/** Which account acts, and what signs for it. `chain`: where its page is opened. */
export function ActingAs({ signer: { account, name }, chain }: { readonly signer: Signer; readonly chain?: string }) {
  const { info } = useEcosystem();
  return (
    <p>
      You act as <AddressLink chain={chain ?? info.chains[0]?.name ?? info.l1.name} address={account} />; {name} signs.
    </p>
  );
}
