/** Finds all shell text that runs on hosts, without running anything: templates tagged `sh`, and the files that they load. */
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { repository } from "../../lab/paths";

export interface ShellText {
  /** `provider/nfs/mount.ts:14`, or a script's own path. */
  place: string;
  text: string;
  /** Lines of the template itself, without what it interpolates; 0 for a file. */
  templateLines: number;
}

/** @throws Error for a template that interpolates something else than constants */
export function taggedTexts(): ShellText[] {
  const { config } = ts.readConfigFile(join(repository, "tsconfig.json"), ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, repository);
  const program = ts.createProgram(fileNames, options);
  const textOf = evaluator(program.getTypeChecker());
  const sources = program.getSourceFiles().filter(({ fileName }) => !fileName.includes("/node_modules/"));
  return sources.flatMap((source) =>
    tagged(source).map((node) => {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      const place = `${relative(repository, source.fileName)}:${line + 1}`;
      return { place, text: textOf(node), templateLines: node.template.getText().split("\n").length };
    }),
  );
}

function tagged(node: ts.Node): ts.TaggedTemplateExpression[] {
  const own = ts.isTaggedTemplateExpression(node) && node.tag.getText() === "sh" ? [node] : [];
  const below: ts.TaggedTemplateExpression[] = [];
  ts.forEachChild(node, (child) => {
    below.push(...tagged(child));
  });
  return [...own, ...below];
}

function evaluator(checker: ts.TypeChecker): (node: ts.Expression) => string {
  const textOf = (node: ts.Expression): string => {
    if (ts.isNumericLiteral(node)) return node.text;
    if (ts.isTaggedTemplateExpression(node)) return templateValue(node.template);
    if (ts.isCallExpression(node) && node.expression.getText() === "scriptFile") return fileValue(node);
    const initializer = ts.isIdentifier(node) ? initializerOf(node) : undefined;
    if (initializer) return textOf(initializer);
    throw new Error(`${node.getSourceFile().fileName}: ${node.getText()} is no constant shell text`);
  };
  const templateValue = (template: ts.TemplateLiteral): string => {
    if (ts.isNoSubstitutionTemplateLiteral(template)) return template.rawText ?? "";
    const spans = template.templateSpans.map(({ expression, literal }) => textOf(expression) + literal.rawText);
    return [template.head.rawText, ...spans].join("");
  };
  const fileValue = ({ arguments: [, name], parent }: ts.CallExpression): string =>
    readFileSync(join(dirname(parent.getSourceFile().fileName), (name as ts.StringLiteral).text), "utf8");
  const initializerOf = (node: ts.Identifier): ts.Expression | undefined => {
    const symbol = checker.getSymbolAtLocation(node);
    const real = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const declaration = real?.valueDeclaration;
    return declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  };
  return textOf;
}
