// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title CCIP's token admin registry and its registry module
/// @notice Which pool a token has. A token's own administrator decides: the account that the token names by `owner()`, `getCCIPAdmin()`
/// or the default admin role of its access control. Registry and module, two contracts on public networks, are one here.
/// @dev Trusted, for one token: the account that the token names. No other account registers it.
interface ICcipTokenAdmin {
    struct TokenConfig {
        address administrator;
        address pendingAdministrator;
        address tokenPool;
    }

    event AdministratorTransferRequested(address indexed token, address indexed currentAdmin, address indexed newAdmin);
    event AdministratorTransferred(address indexed token, address indexed newAdmin);
    event PoolSet(address indexed token, address indexed previousPool, address indexed newPool);

    error CanOnlySelfRegister(address admin, address token);
    error RequiredRoleNotFound(address caller, bytes32 role, address token);
    error OnlyAdministrator(address sender, address token);
    error OnlyPendingAdministrator(address sender, address token);
    error AlreadyRegistered(address token);
    error InvalidTokenPoolToken(address token);

    /// @notice The token's owner becomes its pending administrator. That account.
    function registerAdminViaOwner(address token) external;

    /// @notice Makes the account of the token's `getCCIPAdmin` its pending administrator. That account.
    function registerAdminViaGetCCIPAdmin(address token) external;

    /// @notice An account with the token's default admin role becomes its pending administrator. That account.
    function registerAccessControlDefaultAdmin(address token) external;

    /// @notice The pending administrator.
    function acceptAdminRole(address token) external;

    /// @notice The administrator; the next one accepts, and 0 takes the proposal back.
    function transferAdminRole(address token, address newAdmin) external;

    /// @notice The administrator; 0 takes the token off.
    function setPool(address token, address pool) external;

    function getPool(address token) external view returns (address);

    function getPools(address[] calldata tokens) external view returns (address[] memory);

    function getTokenConfig(address token) external view returns (TokenConfig memory);

    /// @notice At most `maxCount` of the tokens that were ever registered, in the order in which they were, from this place on.
    function getAllConfiguredTokens(uint64 startIndex, uint64 maxCount) external view returns (address[] memory tokens);

    function isAdministrator(address token, address account) external view returns (bool);

    function typeAndVersion() external pure returns (string memory);
}
