// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ChainConfiguration} from "../types/ChainConfiguration.sol";
import {SettlementTerms} from "../types/SettlementTerms.sol";
import {IKnownChains} from "./IKnownChains.sol";
import {HoldingProof} from "./IStateExit.sol";
import {LeafPath, LowLeaf} from "./IStateTree.sol";

/// @notice A chain that settles on a chain of this layer, by all inputs of its contract's address.
/// @param terms Of the contracts on the chain below.
/// @param configuration Configuration of the chain at its creation there.
struct NestedChain {
    SettlementTerms terms;
    ChainConfiguration configuration;
}

/// @notice That an account held something on a chain when the chain below stopped. All paths but the holding's are in the last executed
/// state of the chain below.
/// @param stateRoot After the last batch that the chain below executed of the chain; `rootPath` is the place of that word.
/// @param balance What the bridge there held of the token for the chain.
/// @param claimedThere What the exit there had paid of the holding, if the chain had stopped before. Where it is 0, `claimedLow` is the leaf
/// before the gap in which it would be.
/// @param holding In the chain's state.
struct NestedHolding {
    bytes32 stateRoot;
    LeafPath rootPath;
    uint256 balance;
    LeafPath balancePath;
    uint256 claimedThere;
    LowLeaf claimedLow;
    LeafPath claimedPath;
    HoldingProof holding;
}

/// @title The way out of a chain whose base has stopped
/// @notice Assets of chains on a chain are held there by a bridge, which can claim nothing here. After the
/// base's exit was activated, this contract pays accounts of those chains out of what the bridge held: at
/// most what it held for the chain, by the base's last executed state, and what the account held, by the
/// chain's last state that the base had executed. Covers assets that originate on this layer, as IStateExit
/// does, by the same rule of which account may claim: an aliased account is the alias on the base of a
/// contract here.
///
/// Which contract is the bridge is computed, not believed (ISettlementCreator): from the codes that this
/// contract was made for, and the terms and the configuration that the caller names. Others' terms name
/// others' contracts, with what those hold.
///
/// What it does not pay: withdrawals, transfers between chains and operations that were on their way on the
/// base; chains two or more layers above the one that stopped; tokens that originate on the base.
/// @dev Trust: the base's executed state root, and for the holding that of the chain, whose validators may
/// have lied: claims then compete for what the bridge held for this chain. Nothing is paid twice: no account
/// is the bridge's alias, what was paid is remembered by base, contract of the chain, account and token, and
/// what the base's own exit paid is counted.
interface INestedExit is IKnownChains {
    /// @param hyperchain The chain's contract on the base.
    event NestedHoldingClaimed(
        address indexed hyperchain,
        uint256 indexed chainId,
        address indexed account,
        address token,
        address recipient,
        uint256 amount
    );

    /// @notice The bridge on the base held less for the chain, or it was claimed.
    error BridgeHeldLess(uint256 held, uint256 alreadyPaid, uint256 amount);

    /// @notice Pays `amount` of what the caller's account on the chain holds to `recipient`. In parts as well.
    /// @param token Of this layer; 0 and 1 are ETH.
    function claimNested(
        NestedChain calldata chain,
        address token,
        uint256 amount,
        address recipient,
        NestedHolding calldata proof
    ) external;

    /// @notice The contract of a chain on its base. Each settlement on a base can have a chain of the same id.
    function hyperchainOf(NestedChain calldata chain) external view returns (address);

    /// @notice Amount that was paid of an account's holding. `token` 0 is ETH.
    function claimed(uint256 baseId, address hyperchain, address account, address token) external view returns (uint256);

    /// @notice Amount that was paid to all accounts of a chain.
    function paid(uint256 baseId, address hyperchain, address token) external view returns (uint256);
}
