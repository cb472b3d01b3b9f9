// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {LeafPath, LowLeaf} from "../IStateTree.sol";
import {BatchRoot} from "./ICrossChainViews.sol";
import {IReentrancyGuard} from "../IReentrancyGuard.sol";

/// @notice Assets that one party gives on one chain, and their recipient on that chain if the flow happens.
/// @param isPivot Whether this leg is the one that decides: it is paid out by {IAtomicFlows.execute}.
/// @param token Base token is 0x800a.
/// @param amount May be 0: the party then only agrees.
/// @param callHash Of the pivot, keccak256 of what its recipient is called with; 0 if it is only paid.
struct FlowLeg {
    uint256 chainId;
    bool isPivot;
    address party;
    address token;
    uint256 amount;
    address recipient;
    bytes32 callHash;
}

/// @notice Up to 8 legs, at most one of them the pivot, that happen all or not at all.
/// @param deadline Seconds. L1 has to execute the batch of each escrow until then, by L1's clock; the pivot runs until then by
/// its own chain's clock.
struct AtomicFlow {
    bytes32 salt;
    uint64 deadline;
    FlowLeg[] legs;
}

/// @notice Position of a leg's message, in the form of `IMessageVerification`.
struct FlowFact {
    uint256 batchNumber;
    uint256 index;
    bytes32[] proof;
}

/// @notice An executed batch or a mark of a leg's chain, and the gap in its state in which the leg's slot would be.
struct FlowAbsence {
    BatchRoot batch;
    LowLeaf low;
    LeafPath path;
}

/// @notice Outcome of a party's escrow.
enum EscrowStatus {
    Missing,
    Held,
    Released,
    Refunded
}

/// @title What the pivot's recipient implements to be called
interface IFlowRecipient {
    /// @notice Called by the flows' contract once the recipient has `amount` of `token`; base token comes as
    /// value. A revert leaves the pivot unchanged: it can be tried again until the deadline.
    /// @return This function's selector.
    function onFlow(bytes32 id, address party, address token, uint256 amount, bytes calldata data)
        external
        payable
        returns (bytes4);
}

/// @title Legs on several chains that happen all or not at all
/// @notice The same code at the same address of each chain. An escrow counts in a batch that L1 executed
/// until the deadline, and is missing from the state before a batch that L1 executed later. The pivot runs
/// until the deadline of its chain's clock, whenever L1 executes that, and is missing from the state after a
/// batch that ends later. So of release and refund of a flow's legs exactly one can be proven in the end.
/// @dev All legs are on chains that settle on the same layer, L1 or one chain: facts of a leg are in that
/// layer's registry alone, so that a chain on another layer could be shown neither that the leg exists nor
/// that it is missing. Facts are as true as the quorum of the chain that they are from: one lying chain of a
/// flow breaks it for all its parties. An account gives nothing to a flow before it has checked all legs: a
/// chain id that no chain has cannot be shown to be missing. Tokens whose balances change without transfers
/// are not for escrows.
interface IAtomicFlows is IReentrancyGuard {
    event EscrowHeld(bytes32 indexed id, uint256 indexed leg, AtomicFlow flow);
    event PivotExecuted(bytes32 indexed id, uint256 indexed leg);
    event EscrowReleased(bytes32 indexed id, uint256 indexed leg, address to);
    event EscrowRefunded(bytes32 indexed id, uint256 indexed leg, address to);

    /// @notice A leg's fee grew by this much.
    event FeeAdded(bytes32 indexed id, uint256 indexed leg, address from, uint256 fee);
    /// @param payee 0 where neither the caller nor the leg's payee took it: it stays in this contract, and
    /// belongs to no account.
    event FeePaid(bytes32 indexed id, uint256 indexed leg, address payee, uint256 fee);

    error FlowMalformed();
    error LegOfAnotherChain(uint256 leg, uint256 chainId);
    /// @notice The leg's chain does not settle on this layer, as the chain does on which the flow is prepared.
    error LegOnAnotherLayer(uint256 leg, uint256 layer, uint256 chainId);
    error NotTheParty(address expected, address actual);
    error FlowExpired(uint64 deadline, uint256 timestamp);
    error FlowNotExpired(uint64 deadline, uint256 timestamp);
    error DeadlineTooFar(uint256 latest, uint256 actual);
    error EscrowNotHeld(bytes32 id, uint256 leg, EscrowStatus status);
    error EscrowExists(bytes32 id, uint256 leg);
    /// @notice The base token that came, or what the token's transfer brought, is another amount.
    error AmountMismatch(uint256 expected, uint256 actual);
    error PivotOnly(uint256 leg, bool isPivot);
    error CallMismatch(bytes32 expected, bytes32 actual);
    /// @notice The pivot's recipient did not answer with the selector of {IFlowRecipient.onFlow}.
    error CallNotTaken(address recipient);
    error FactCount(uint256 expected, uint256 actual);
    error FactNotProven(bytes32 id, uint256 leg);
    /// @notice The message is proven against a fact alone: L1 has not executed the batch, so its record does not exist.
    error FactNotEnough(uint256 chainId, uint256 batchNumber);
    /// @notice L1 executed the escrow's batch after the deadline.
    error FactTooLate(uint256 leg, uint64 deadline, uint256 executedAt);
    error PivotNotExecuted(bytes32 id);
    error PivotAlreadyExecuted(bytes32 id);
    /// @notice L1 executed the batch, or of the pivot's chain the batch ended, before the deadline had passed.
    error AbsenceTooEarly(uint256 leg, uint64 deadline, uint64 time);
    error AbsenceOfAnotherChain(uint256 expected, uint256 actual);
    error BatchNotExecuted(bytes32 expected, bytes32 actual);
    error AbsenceNotProven(bytes32 expected, bytes32 actual);
    /// @notice Only the account that is paid can have it paid to another.
    error PayeeNotAllowed(address expected, address actual);

    /// @notice Takes what a leg gives. Only its party, once; base token is attached, other tokens are taken by an allowance. Nothing is
    /// given to a flow with a leg whose chain settles on another layer.
    function prepare(AtomicFlow calldata flow, uint256 leg) external payable;

    /// @notice Prepares a leg like {prepare}, with a fee in base token, attached in addition to the amount,
    /// for the account that ends the leg: the caller that executes, releases or refunds it. A caller that
    /// takes no coins leaves it to the account that the leg is paid to. On a chain that stops, the fee goes
    /// where the leg goes (IStateExit).
    function prepareWithFee(AtomicFlow calldata flow, uint256 leg, uint256 fee) external payable;

    /// @notice Adds what is attached to the fee of a leg that is in escrow. Anyone, and no account gets it back before the leg ends.
    function addFee(bytes32 id, uint256 leg) external payable;

    /// @notice Pays the pivot's recipient and calls it, once all other legs are shown to be in escrow. Anyone.
    /// @param data What `callHash` is of; empty if it is 0.
    /// @param facts Of the other legs, in their order.
    function execute(AtomicFlow calldata flow, uint256 leg, bytes calldata data, FlowFact[] calldata facts) external;

    /// @notice Pays the recipient of a leg that is not the pivot. Anyone; `to` is the recipient, or what the recipient says.
    /// @param facts The pivot's: none if it is on this chain. Of a flow without a pivot those of all legs, this one's too.
    function release(AtomicFlow calldata flow, uint256 leg, FlowFact[] calldata facts, address to) external;

    /// @notice Gives a leg back. Anyone; `to` is the party, or what the party says.
    /// @param missing The leg that is missing.
    /// @param absence Not looked at where the pivot is missing that is on this chain: its clock and its state say so.
    function refund(
        AtomicFlow calldata flow,
        uint256 leg,
        uint256 missing,
        FlowAbsence calldata absence,
        address to
    ) external;

    /// @notice Name of a flow on all chains.
    function flowId(AtomicFlow calldata flow) external pure returns (bytes32);

    function escrowStatus(bytes32 id, uint256 leg) external view returns (EscrowStatus);

    /// @notice Fee of the account that ends a leg, in base token; 0 once it has ended.
    function feeOf(bytes32 id, uint256 leg) external view returns (uint256);

    function isExecuted(bytes32 id) external view returns (bool);
}
