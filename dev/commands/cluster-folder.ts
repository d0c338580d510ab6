import { Option } from "commander";
import { defaultFolder } from "../cluster/background.js";

/** Which cluster is meant: each folder holds one. */
export function folderOption(): Option {
  return new Option(
    "-d, --directory <folder>",
    "the folder that holds the cluster's record, data and logs",
  ).default(defaultFolder);
}
