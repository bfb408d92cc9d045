/** The one door to commander: command lines. @see https://github.com/tj/commander.js */
export { Argument, Command, CommanderError, Option } from "commander";
