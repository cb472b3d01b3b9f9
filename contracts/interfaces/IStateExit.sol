// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LeafPath, LowLeaf} from "./IStateTree.sol";
import {IKnownChains} from "./IKnownChains.sol";
import {AtomicFlow, FlowAbsence} from "./l2/IAtomicFlows.sol";
import {BatchRoot} from "./l2/ICrossChainViews.sol";

/// @notice That an account held something when its chain stopped.
/// @param value The leaf's whole word: for the base token nonce and balance, for a bridged token the balance.
/// @param path The leaf's place under the chain's last executed state root.
struct HoldingProof {
    uint256 value;
    LeafPath path;
}

/// @notice That an account of a chain's porter held the base token when its chain stopped.
/// @param value The header's whole word: nonce and balance.
/// @param path From the header to the porter's root.
/// @param porterRoot The porter's root, slot 0 of 0x10017.
/// @param rootPath From that slot to the chain's last executed state root.
struct PorterProof {
    uint256 value;
    LeafPath path;
    bytes32 porterRoot;
    LeafPath rootPath;
}

/// @notice That an asset was sent to a chain which stopped before it took it; or to a chain id before any chain had it, by a chain
/// which stopped before it gave it back.
/// @param message The asset router's message on the source chain, in an executed batch, with the proof of its inclusion.
/// @param low The leaf before the gap in which the stopped chain's flag of the delivery, or of the refund, would be.
/// @param path That leaf's place under the stopped chain's last executed state root: the destination's, or the source's where
/// the transfer was refused (ISharedBridge.isRefused).
struct UndeliveredTransfer {
    uint256 sourceChainId;
    uint256 batchNumber;
    uint256 messageIndex;
    bytes message;
    bytes32[] merkleProof;
    LowLeaf low;
    LeafPath path;
}

/// @notice Escrow of an atomic flow on a chain that stopped before its release or refund.
/// @param leg Number of the leg whose chain stopped.
/// @param token On L1, whose counterpart the leg holds; not looked at where that is the chain's base token.
/// @param fee Reward for the account that ends the leg, in the chain's base token. It is paid with the leg;
/// where that token cannot be moved, or the bridge has not enough of it, the leg is paid alone, and the same
/// claim pays the fee later.
/// @param path Place of the escrow's slot under the stopped chain's last executed state root, where it is
/// held.
struct EscrowOnStoppedChain {
    AtomicFlow flow;
    uint256 leg;
    address token;
    uint256 fee;
    LeafPath path;
}

/// @notice Message by which a leg's chain confirms the leg's escrow.
/// @param batch Executed, and its place in the registry.
/// @param index Of the message in the batch's log tree; `proof` are its siblings there.
struct FlowMessage {
    BatchRoot batch;
    uint256 index;
    bytes32[] proof;
}

/// @title Exit of a stopped chain: pays on L1 the holdings of accounts in the chain's last executed state
/// @notice After a chain's exit was activated. Covers the chain's base token (the account's balance) and
/// every token of L1 that was bridged to it (the account's balance in the bridged token's contract, whose
/// address follows from the token).
///
/// The claimer is the account that could have sent a transaction from the holding account through the chain's
/// queue. That is the account itself, in a direct transaction (the key is the same on both chains, and
/// EIP-7702 changes nothing about that); and for an aliased address the contract on L1 with that alias. So an
/// exit gives no account a power that it did not have, and no claim needs to prove what code an account has.
///
/// No account claims for contracts of the chain without an owner on L1. What they hold (pools, vaults,
/// multisigs deployed on the chain; rewards that wait in the interop center; the base token's reserve and
/// other predeploys) stays in the bridge. Assets that do not originate on L1 have no exit, because the bridge
/// holds nothing of them, and without the chain's data no proof can be made: on a validium the exit is as
/// good as its committee.
///
/// A transfer in flight to a stopped chain is refunded to its sender, by the same rule, if the chain's last
/// state does not contain its arrival. A transfer of a stopped chain to an id that no chain had, which that
/// chain has not refunded by its last state, is refunded to its sender likewise. A transfer that an interop
/// handler returned belongs to its recipient instead. Escrows of atomic flows (IAtomicFlows) on a stopped
/// chain are paid to the leg's recipient, if the flow happened, or to its party if a leg is missing: by the
/// rules of the chains' own contract, read from L1's registry itself, so that exactly one of both can be
/// proven here as there. An escrow counts if the chain's last state holds it.
/// @dev Trust: the executed state root. A quorum that lied before the chain stopped may have given balances
/// to itself; claims then compete for what the bridge holds for this chain, and can never take more than
/// that. Nothing can be paid twice: a withdrawal lowered the L2 balance in the batch that sent it, operations
/// that never ran did not raise one, and what an account has claimed is remembered by chain, account and
/// token.
interface IStateExit is IKnownChains {
    event HoldingClaimed(
        uint256 indexed chainId, address indexed account, address indexed token, address recipient, uint256 amount
    );

    event TransferRefunded(
        uint256 indexed sourceChainId,
        bytes32 indexed messageHash,
        uint256 indexed destinationChainId,
        address recipient,
        address token,
        uint256 amount
    );

    /// @param account Recipient of the leg, or its party.
    /// @param amount 0 where it was paid before, and the fee is paid now.
    /// @param fee Fee in the chain's base token, in addition to the amount; 0 if it remains for a later
    /// claim.
    event EscrowPaid(
        bytes32 indexed id,
        uint256 indexed leg,
        address indexed account,
        address recipient,
        address token,
        uint256 amount,
        uint256 fee
    );

    event HeldExitCreated(address heldExit);

    /// @notice The chain has not stopped: its exit is not open, or not activated.
    error ChainNotExited();
    /// @notice The account is one of the protocol itself.
    error ReservedAccount(address account);
    error ZeroRecipient();
    error NothingToClaim();
    /// @notice The proof is of another state than the last executed one, of another account or token, or forged.
    error StateRootMismatch(bytes32 expected, bytes32 actual);
    /// @notice The account held less, or has claimed it.
    error ClaimTooLarge(uint256 holding, uint256 alreadyClaimed, uint256 amount);
    /// @notice The message sends no asset to another chain.
    error NotATransfer();
    /// @notice The asset originates on a chain: L1 has nothing to pay with.
    error AssetNotOnL1(uint256 originChainId, address originToken);
    /// @notice No executed batch of the source has this message of its asset router at this place.
    error MessageNotIncluded(uint256 chainId, uint256 batchNumber, uint256 messageIndex);
    /// @notice The transfer is refunded to another account. A contract on L1 owns the assets of its alias.
    error NotTheOwner(address expected, address actual);
    error TransferAlreadyRefunded(uint256 sourceChainId, bytes32 messageHash);
    /// @notice The message is of no list, or the list has no such entry.
    error NotInList(uint256 place);
    /// @notice These are not the entries that the list's message names, or their sum differs.
    error ListMismatch(bytes32 expected, bytes32 actual);
    /// @notice The flow has no such leg.
    error FlowMalformed();
    /// @notice The pivot is in escrow, so it never ran: it is refunded.
    error PivotNotReleased(uint256 leg);
    /// @notice The pivot's message is shown, or where there is no pivot those of all legs.
    error FlowMessageCount(uint256 expected, uint256 actual);
    error BatchOfAnotherChain(uint256 expected, uint256 actual);
    /// @notice The registry has no such batch or mark at this place.
    error BatchNotOnL1(uint256 chainId, uint256 batchNumber);
    /// @notice L1 executed the leg's batch after the deadline.
    error LegTooLate(uint256 leg, uint64 deadline, uint64 executedAt);
    /// @notice L1 executed the batch, or of the pivot's chain the batch ended, before the deadline had passed.
    error AbsenceTooEarly(uint256 leg, uint64 deadline, uint64 time);
    error EscrowAlreadyPaid(bytes32 id, uint256 leg);
    error OnlyOtherExits(address nestedExit, address heldExit, address actual);
    error OtherHeldExitCode(bytes32 expected, bytes32 actual);
    /// @notice The call had insufficient gas.
    error HeldExitNotCreated();

    /// @notice Pays `amount` of the base token that the caller's account in the chain's porter holds, as claimHolding does. The path under the
    /// porter's root is made from data that L1 does not have: who holds them can claim. All tokens of the account are in
    /// the first tree, so claimHolding pays them by L1's data alone.
    function claimPorterHolding(uint256 chainId, uint256 amount, address recipient, PorterProof calldata proof) external;

    /// @notice Pays `amount` of what the caller's account on the chain holds to `recipient`. In parts as well, so that a holder
    /// of more than the bridge has left for the chain can take what there is.
    /// @param token L1 token; 0 and 1 are ETH.
    function claimHolding(
        uint256 chainId,
        address token,
        uint256 amount,
        address recipient,
        HoldingProof calldata proof
    ) external;

    /// @notice Pays accounts on a chain on a stopped chain, or owners of held accounts, out of the stopped chain's balance. Only `nestedExit`
    /// and `heldExit`.
    function payOther(uint256 chainId, address token, address recipient, uint256 amount) external;

    /// @notice Creates IHeldExit of this layer, once. Any account; an ecosystem whose owners never need it pays nothing for it.
    /// @param code Creation code of HeldExit, without arguments.
    /// @return created Its address, also if it was created before.
    function createHeldExit(bytes calldata code) external returns (address created);

    /// @notice IHeldExit of this layer; 0 until it is created.
    function heldExit() external view returns (address);

    /// @notice INestedExit of this layer.
    function nestedExit() external view returns (address);

    /// @notice Pays back a transfer that never arrived: out of what is in transit to a stopped destination,
    /// or, where L1 refused the transfer, out of the balance of its stopped source. Only for assets that
    /// originate on L1, to a recipient of the sender's choice.
    function refundTransfer(UndeliveredTransfer calldata transfer, address recipient) external;

    /// @notice Pays one entry of a list that never arrived, as `refundTransfer` does, but to its recipient: a list keeps no senders. The
    /// caller is the entry's recipient, on the destination, or on the source where L1 refused the list. The first entry is paid with what was given
    /// for the list's delivery.
    /// @param number The list's number in its batch.
    /// @param entries All of the list.
    /// @param place Of the caller's entry.
    function refundListed(
        UndeliveredTransfer calldata sent,
        uint256 number,
        bytes32[] calldata entries,
        uint256 place,
        address recipient
    ) external;

    /// @notice Whether an entry of a list was paid back.
    function isEntryRefunded(uint256 sourceChainId, bytes32 messageHash, uint256 place) external view returns (bool);

    /// @notice Pays what a leg holds to its recipient, the caller, because the flow happened. Out of the stopped chain's balance.
    /// @param shown The pivot's message; of a flow without a pivot those of all legs, in their order.
    function claimEscrow(EscrowOnStoppedChain calldata escrow, FlowMessage[] calldata shown, address recipient) external;

    /// @notice Pays what a leg holds back to its party, the caller, because another leg or the pivot is missing.
    /// @param missing The leg that is missing, of any chain.
    /// @param absence By a batch or a mark of that leg's chain; a pivot of the stopped chain is missing by the mark of its exit.
    function refundEscrow(
        EscrowOnStoppedChain calldata escrow,
        uint256 missing,
        FlowAbsence calldata absence,
        address recipient
    ) external;

    /// @notice Whether a leg's escrow was paid, out or back.
    function isEscrowPaid(bytes32 id, uint256 leg) external view returns (bool);

    /// @notice Whether it was paid without its fee, which the same claim pays when it can be.
    function isEscrowFeeLeft(bytes32 id, uint256 leg) external view returns (bool);

    /// @notice Address of the contract of atomic flows on every chain, which follows from its code. Slots of
    /// another contract are not escrows here, since any code could write any of its slots.
    function atomicFlows() external view returns (address);

    /// @notice Whether a transfer was paid back.
    function isTransferRefunded(uint256 sourceChainId, bytes32 messageHash) external view returns (bool);

    /// @notice Amount of a holding that was claimed. `token` 0 is ETH.
    function claimed(uint256 chainId, address account, address token) external view returns (uint256);
}
