/** Style sheets that the bundler writes next to a script. */
declare module "*.css";
