/** Style sheets that the bundler puts beside a script. */
declare module "*.css";
