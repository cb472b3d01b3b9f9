import { to } from "../route.ts";

/** Instead of a form that an account must sign for. */
export function SignerNeeded() {
  return (
    <p>
      Choose the account that signs in the <a href={to("wallet")}>wallet</a> first.
    </p>
  );
}
