// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What an operator has deposited.
/// @param active Counts for the services to which shares of it are enlisted.
/// @param leaving Counts for none any more, and pays for faults from before its announcement.
/// @param announcedAt When that was announced; 0 for never.
struct Deposit {
    uint208 active;
    uint208 leaving;
    uint48 announcedAt;
}

/// @title Deposits that answer for their operators' keys
/// @notice One deposit an operator, in the coin of this layer; no owner and no list. A service is keccak256(abi.encode(evidence,
/// data)): operators choose their judges, and who relies on a service asks `weightAt` of the service that it names itself. Shares
/// of a deposit that are enlisted at one time, or were within `unbonding` before, are at most the whole: no coin pays twice.
/// A fault takes the whole share that the key had at its second, once; later the key may be enlisted anew.
/// @dev Trusted: of a service its evidence contract alone, with the shares enlisted to it. Nothing else can take a deposit.
interface IStakeRegistry {
    error ValueOutOfRange(uint256 highest, uint256 actual);
    error DepositTooSmall(uint256 highest, uint256 actual);
    error NothingAnnounced();
    error WithdrawalTooEarly(uint256 earliest, uint256 actual);
    error PaymentFailed(address recipient);
    error EvidenceWithoutCode(address evidence);
    /// @notice The service's evidence may come later than deposits stay.
    error WindowTooLong(uint256 highest, uint256 actual);
    error ShareOutOfRange(uint256 highest, uint256 actual);
    error ServicesTooMany(uint256 highest, uint256 actual);
    error AlreadyEnlisted(bytes32 service);
    error NotEnlisted(bytes32 service);
    /// @notice The key speaks for another operator in this service, for good.
    error KeyTaken(address operator);
    error KeyMismatch(address expected, address actual);
    error TimeNotPast(uint256 latest, uint256 actual);
    /// @notice The evidence comes after `unbonding`.
    error FaultTooOld(uint256 earliest, uint256 actual);
    error EvidenceKnown(bytes32 evidenceId);
    error NothingAtStake(bytes32 service, address key, uint256 faultAt);

    event Deposited(address indexed operator, uint256 amount);
    event WithdrawalAnnounced(address indexed operator, uint256 amount, uint256 readyAt);
    event Withdrawn(address indexed operator, uint256 amount);
    event Enlisted(
        address indexed operator,
        bytes32 indexed service,
        address indexed key,
        address evidence,
        bytes data,
        uint16 shareBps
    );
    event Delisted(address indexed operator, bytes32 indexed service, address indexed key);
    /// @param amount What was taken: a tenth for the reporter, the rest for the payee, or burnt where that is 0.
    event Slashed(
        address indexed operator,
        bytes32 indexed service,
        address indexed key,
        uint256 amount,
        bytes32 evidenceId,
        address reporter,
        address payee
    );

    /// @notice Adds to the caller's deposit.
    function deposit() external payable;

    /// @notice From now on so much of the caller's deposit counts for no service, and can be taken out after `unbonding`. Instead of
    /// what was announced before, whose time is lost; 0 takes an announcement back.
    function announceWithdrawal(uint256 amount) external;

    /// @notice Pays what the caller announced, once its time is over.
    function withdraw() external;

    /// @notice A share of the caller's deposit answers for a key in a service.
    /// @param keySignature The key's EIP-712 signature of `Enlistment(address operator,bytes32 service)`, domain `HyperchainStake`
    /// version `1` of this chain id and contract.
    function enlist(
        address evidence,
        bytes calldata data,
        address key,
        uint16 shareBps,
        bytes calldata keySignature
    ) external;

    /// @notice The caller's key in this service has no weight any more; its share is free for others after `unbonding`.
    function delist(bytes32 service) external;

    /// @notice Takes the share that a key had at a second. Called by evidence contracts, of their services.
    /// @param data Of the service, whose evidence contract is the caller.
    /// @param faultAt A second that is over, at most `unbonding` ago.
    /// @param evidenceId Counts once in the service.
    /// @param reporter Gets a tenth: one that reports itself still loses nine.
    /// @param payee Gets the rest; 0 burns it.
    function slash(
        bytes calldata data,
        address key,
        uint48 faultAt,
        bytes32 evidenceId,
        address reporter,
        address payee
    ) external;

    /// @notice What a key had at stake in a service at a second that is over.
    function weightAt(bytes32 service, address key, uint48 time) external view returns (uint256);

    function depositOf(address operator) external view returns (Deposit memory);

    /// @notice The operator whose deposit answers for a key in a service; 0 for none.
    function operatorOf(bytes32 service, address key) external view returns (address);

    /// @notice Seconds between the announcement of a withdrawal and its payment, and within which faults are taken.
    function unbonding() external view returns (uint48);
}
