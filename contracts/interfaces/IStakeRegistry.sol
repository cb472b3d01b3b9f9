// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Deposit of an operator.
/// @param active Counts for the services to which shares of the deposit are enlisted.
/// @param leaving Counts for no service, and pays for faults from before its announcement.
/// @param announcedAt Second of the announcement; 0 if there was none.
struct Deposit {
    uint208 active;
    uint208 leaving;
    uint48 announcedAt;
}

/// @title Deposits that answer for their operators' keys
/// @notice One deposit an operator, in the coin of this layer; the registry has no owner and no list. A
/// service is keccak256(abi.encode(evidence, data)): operators choose their judges, and an account that
/// relies on a service asks `weightAt` of the service that it names. A share is reserved while its enlistment
/// is active and for `unbonding` after the enlistment's end and after its last slash; the reserved shares of
/// a deposit are at most the whole: no coin pays twice. All faults of one enlistment together take the
/// greatest weight among them: neither their order, nor their number, nor their reporters change the sum. The
/// first one ends the enlistment; later the key may be enlisted again.
/// @dev Trusted: a service's evidence contract, with the shares enlisted to that service and with nothing
/// else. One that lies takes them, and no other account can.
interface IStakeRegistry {
    error ValueOutOfRange(uint256 highest, uint256 actual);
    error DepositTooSmall(uint256 highest, uint256 actual);
    error NothingAnnounced();
    error WithdrawalTooEarly(uint256 earliest, uint256 actual);
    error PaymentFailed(address recipient);
    error EvidenceWithoutCode(address evidence);
    /// @notice The service's evidence may arrive after the deposits left.
    error WindowTooLong(uint256 highest, uint256 actual);
    error ShareOutOfRange(uint256 highest, uint256 actual);
    error ServicesTooMany(uint256 highest, uint256 actual);
    error AlreadyEnlisted(bytes32 service);
    error NotEnlisted(bytes32 service);
    /// @notice The key belongs to another operator in this service, permanently.
    error KeyTaken(address operator);
    error KeyMismatch(address expected, address actual);
    error TimeNotPast(uint256 latest, uint256 actual);
    /// @notice The evidence arrived after `unbonding`.
    error FaultTooOld(uint256 earliest, uint256 actual);
    /// @notice Coins could leave within this delay, and those that left pay for no fault.
    error DelayTooLong(uint256 highest, uint256 actual);
    error KeysNotAscending(address previous, address key);
    /// @notice The keys have less weight together than the caller relies on.
    error TotalTooSmall(uint256 lowest, uint256 actual);
    error NothingAtStake(bytes32 service, address key, uint256 faultAt);
    /// @notice Other faults of this enlistment have taken at least this fault's weight.
    error AlreadySlashed(uint256 slashed, uint256 weight);

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
    /// @param amount Sum taken by this fault: a tenth for the reporter, the rest for the payee, or burnt if
    /// that is 0.
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

    /// @notice Ends the weight of this part of the caller's deposit, which can be withdrawn after
    /// `unbonding`. Replaces an earlier announcement, whose time is lost; 0 cancels it.
    function announceWithdrawal(uint256 amount) external;

    /// @notice Pays the announced amount to the caller, when its time has passed.
    function withdraw() external;

    /// @notice Enlists a share of the caller's deposit, which then answers for a key in a service.
    /// @param keySignature The key's EIP-712 signature of `Enlistment(address operator,bytes32 service)`,
    /// domain `HyperchainStake` version `1` of this chain id and contract.
    function enlist(
        address evidence,
        bytes calldata data,
        address key,
        uint16 shareBps,
        bytes calldata keySignature
    ) external;

    /// @notice Ends the weight of the caller's key in this service; its share is free for other services
    /// after `unbonding`.
    function delist(bytes32 service) external;

    /// @notice Takes the weight that a key had at a second, less the sum that other faults of its enlistment
    /// took. Called by evidence contracts, for their services.
    /// @param data Data of the service, whose evidence contract is the caller.
    /// @param faultAt Past second, at most `unbonding` ago.
    /// @param evidenceId Name of the fault in the event. An id may return, for another key and for another
    /// second: the registry compares weights only.
    /// @param reporter Receives a tenth: an operator that reports itself still loses nine.
    /// @param payee Receives the rest; 0 burns it. A judge that pays an operator's choice refunds the
    /// operator.
    function slash(
        bytes calldata data,
        address key,
        uint48 faultAt,
        bytes32 evidenceId,
        address reporter,
        address payee
    ) external;

    /// @notice Stake of a key in a service at a past second. A second's last change counts, so a stake that
    /// exists within one second only has no weight.
    function weightAt(bytes32 service, address key, uint48 time) external view returns (uint256);

    /// @notice Lesser of the weights of a key at a past second and `delay` seconds earlier: new stake waits before
    /// it counts, as does a raised deposit. Coins that count are slashable for faults of either second.
    /// @param delay At most `unbonding`: coins that leave within it still pay for faults of the second.
    function lastingWeight(bytes32 service, address key, uint48 time, uint48 delay) external view returns (uint256);

    /// @notice Lasting weights of keys, for a caller that counts shares of their total. Reverts if the total is
    /// below `minTotal`, because a share of a small total costs little: dust of an only key would be the whole.
    /// @param keys Strictly ascending, so that no key counts twice.
    function lastingWeights(bytes32 service, address[] calldata keys, uint48 time, uint48 delay, uint256 minTotal)
        external
        view
        returns (uint256[] memory weights, uint256 total);

    function depositOf(address operator) external view returns (Deposit memory);

    /// @notice Operator whose deposit answers for a key in a service; 0 if there is none.
    function operatorOf(bytes32 service, address key) external view returns (address);

    /// @notice Seconds between the announcement of a withdrawal and its payment, within which faults are
    /// accepted.
    function unbonding() external view returns (uint48);
}
