import assert from "node:assert/strict";
import { test } from "node:test";
import { computeAddress } from "ethers";
import { ACCOUNT_NUMBERS, createDevelopmentAccounts, FUNDER_KEY } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { protocolAddresses } from "../../src/ecosystem/devnet/view/feed/address-names.ts";

test("the payer and the deployer of development L1s have names, in the feed and in the terminal", () => {
  const names = new Map(protocolAddresses(undefined));
  const deployer = createDevelopmentAccounts().wallet(ACCOUNT_NUMBERS.deployer);
  assert.equal(names.get(computeAddress(FUNDER_KEY).toLowerCase()), "payer");
  assert.equal(names.get(deployer.address.toLowerCase()), "account 0");
});
