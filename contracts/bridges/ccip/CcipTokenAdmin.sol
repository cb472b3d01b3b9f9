// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICcipPool} from "../../interfaces/bridges/ccip/ICcip.sol";
import {ICcipTokenAdmin} from "../../interfaces/bridges/ccip/ICcipTokenAdmin.sol";

/// @notice Functions of a token that name accounts which decide for it; each token has some of them.
interface IAdministeredToken {
    function owner() external view returns (address);

    function getCCIPAdmin() external view returns (address);

    function DEFAULT_ADMIN_ROLE() external view returns (bytes32);

    function hasRole(bytes32 role, address account) external view returns (bool);
}

/// @notice See {ICcipTokenAdmin}.
contract CcipTokenAdmin is ICcipTokenAdmin {
    mapping(address token => TokenConfig) private configs;
    /// @dev In the order in which they were registered; none is ever taken out.
    address[] private configured;

    modifier onlyAdministrator(address token) {
        if (msg.sender != configs[token].administrator) revert OnlyAdministrator(msg.sender, token);
        _;
    }

    /// @dev These tokens name no account that decides for them, so that their pool stays.
    constructor(address[] memory tokens, address pool) {
        for (uint256 i = 0; i < tokens.length; ++i) {
            configs[tokens[i]].tokenPool = pool;
            configured.push(tokens[i]);
            emit PoolSet(tokens[i], address(0), pool);
        }
    }

    /// @inheritdoc ICcipTokenAdmin
    function registerAdminViaOwner(address token) external {
        _register(token, IAdministeredToken(token).owner());
    }

    /// @inheritdoc ICcipTokenAdmin
    function registerAdminViaGetCCIPAdmin(address token) external {
        _register(token, IAdministeredToken(token).getCCIPAdmin());
    }

    /// @inheritdoc ICcipTokenAdmin
    function registerAccessControlDefaultAdmin(address token) external {
        bytes32 role = IAdministeredToken(token).DEFAULT_ADMIN_ROLE();
        if (!IAdministeredToken(token).hasRole(role, msg.sender)) revert RequiredRoleNotFound(msg.sender, role, token);
        _register(token, msg.sender);
    }

    /// @inheritdoc ICcipTokenAdmin
    function acceptAdminRole(address token) external {
        TokenConfig storage config = configs[token];
        if (msg.sender != config.pendingAdministrator) revert OnlyPendingAdministrator(msg.sender, token);
        config.administrator = msg.sender;
        config.pendingAdministrator = address(0);
        emit AdministratorTransferred(token, msg.sender);
    }

    /// @inheritdoc ICcipTokenAdmin
    function transferAdminRole(address token, address newAdmin) external onlyAdministrator(token) {
        configs[token].pendingAdministrator = newAdmin;
        emit AdministratorTransferRequested(token, msg.sender, newAdmin);
    }

    /// @inheritdoc ICcipTokenAdmin
    function setPool(address token, address pool) external onlyAdministrator(token) {
        if (pool != address(0) && !ICcipPool(pool).isSupportedToken(token)) revert InvalidTokenPoolToken(token);
        address previous = configs[token].tokenPool;
        configs[token].tokenPool = pool;
        if (previous != pool) emit PoolSet(token, previous, pool);
    }

    /// @inheritdoc ICcipTokenAdmin
    function getPools(address[] calldata tokens) external view returns (address[] memory pools) {
        pools = new address[](tokens.length);
        for (uint256 i = 0; i < tokens.length; ++i) pools[i] = configs[tokens[i]].tokenPool;
    }

    /// @inheritdoc ICcipTokenAdmin
    function getPool(address token) external view returns (address) {
        return configs[token].tokenPool;
    }

    /// @inheritdoc ICcipTokenAdmin
    function getTokenConfig(address token) external view returns (TokenConfig memory) {
        return configs[token];
    }

    /// @inheritdoc ICcipTokenAdmin
    function getAllConfiguredTokens(uint64 startIndex, uint64 maxCount)
        external
        view
        returns (address[] memory tokens)
    {
        uint256 all = configured.length;
        if (startIndex >= all) return tokens;
        uint256 rest = all - startIndex;
        tokens = new address[](maxCount < rest ? maxCount : rest);
        for (uint256 i = 0; i < tokens.length; ++i) tokens[i] = configured[startIndex + i];
    }

    /// @inheritdoc ICcipTokenAdmin
    function isAdministrator(address token, address account) external view returns (bool) {
        return configs[token].administrator == account;
    }

    /// @inheritdoc ICcipTokenAdmin
    function typeAndVersion() external pure returns (string memory) {
        return "TokenAdminRegistry 1.5.0";
    }

    /// @dev A token that has an administrator keeps it, whatever it says later.
    function _register(address token, address admin) private {
        if (admin != msg.sender) revert CanOnlySelfRegister(admin, token);
        if (configs[token].administrator != address(0)) revert AlreadyRegistered(token);
        // Of a token without administrator, a pending one is only ever replaced by another.
        if (configs[token].pendingAdministrator == address(0)) configured.push(token);
        configs[token].pendingAdministrator = admin;
        emit AdministratorTransferRequested(token, address(0), admin);
    }
}
