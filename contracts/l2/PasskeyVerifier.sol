// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC7913WebAuthnVerifier} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913WebAuthnVerifier.sol";

/// @title Verifies passkeys
/// @notice The browser's assertion (WebAuthn, with user verification), its P-256 signature by the precompile 0x100. Not in the genesis
/// state: anyone puts it at one address of every chain (CREATE2).
contract PasskeyVerifier is ERC7913WebAuthnVerifier {}
