// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A call that an account makes.
struct PlannedCall {
    address to;
    uint256 value;
    bytes data;
}

/// @notice Calls of an account on one chain.
/// @param gas What has to be left when the calls begin, so that the account that brings them cannot choose
/// how they end.
/// @param feeToken Base token is 0x800a.
/// @param fee For the account that brings it, after the calls.
struct PlanLeg {
    uint256 chainId;
    uint64 gas;
    address feeToken;
    uint256 fee;
    PlannedCall[] calls;
}

/// @title An account whose keys are in a keystore on its home chain
/// @notice One address on all chains, ERC-4337 (EntryPoint 0.8), calls by ERC-7821, and plans: what the
/// account does on several chains, signed once. On the home chain it asks the keystore; elsewhere what
/// `CrossChainViews` keeps of the keystore's storage, which anyone can renew by a proof, and never to an
/// older state.
/// @dev Trusted are the home chain and the owners. On another chain a replaced key works until an account
/// imports the newer state there: after replacing a key, import it on all chains on which the account has
/// something.
interface IKeystoreAccount {
    event LegExecuted(bytes32 indexed plan, uint256 indexed index, address indexed broughtBy);
    event PlanCancelled(bytes32 indexed plan);

    /// @notice The leg is for another chain.
    error LegOfAnotherChain(uint256 expected, uint256 actual);
    /// @notice The plan names another leg at this place, or none.
    error OtherLeg(uint256 index, bytes32 expected, bytes32 actual);
    /// @notice The plan has expired by the clock of this chain.
    error PlanExpired(uint64 lastSecond, uint256 actual);
    error PlanNotSigned(bytes32 plan);
    /// @notice The leg was executed on this chain, or the account has cancelled the plan here.
    error LegDone(bytes32 plan, uint256 index);
    error TooManyLegs(uint256 limit, uint256 actual);
    error NotEnoughGasForLeg(uint256 required, uint256 actual);
    error PlannedCallFailed(uint256 index, bytes reason);

    /// @notice Does what a signed plan has for this chain: all calls of a leg or, where one reverts, none. Each leg once. Anyone may
    /// bring it, and gets the leg's fee. Legs are apart: that one was executed says nothing of the others.
    /// @param lastSecond The last second, by the clock of each chain, in which its legs are executed.
    /// @param nonce Tells plans with the same legs apart.
    /// @param legHashes Of all legs of the plan, in their order (EIP-712).
    /// @param signature As user operations bring it: ABI encoding of the keys' version, the keys, and a signature over {planDigest} for
    /// each owner or nothing.
    function executeLeg(
        uint64 lastSecond,
        uint256 nonce,
        bytes32[] calldata legHashes,
        uint256 index,
        PlanLeg calldata leg,
        bytes calldata signature
    ) external;

    /// @notice Cancels a plan on this chain, so that none of its legs is executed here. Only the account
    /// itself, by an operation, and on each chain apart.
    function cancelPlan(bytes32 plan) external;

    /// @notice Whether a leg was executed on this chain, or its plan cancelled here.
    function isDone(bytes32 plan, uint256 index) external view returns (bool);

    /// @notice Digest that the owners sign (EIP-712): `Plan(uint64 lastSecond,uint256 nonce,Leg[] legs)` in
    /// the domain of the account's name, version and address, without a chain id, which each leg has.
    function planDigest(uint64 lastSecond, uint256 nonce, bytes32[] calldata legHashes) external view returns (bytes32 plan);

    function legHash(PlanLeg calldata leg) external pure returns (bytes32);

    /// @notice Location of the keys: it is part of the account's code, and never changes.
    function home() external view returns (uint256 chainId, address keystore, bytes32 id);

    /// @notice The keystore's word as this chain knows it. Reverts with NothingKept until the first proof is brought.
    function head() external view returns (bytes32);
}
