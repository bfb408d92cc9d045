/** The interfaces and docstrings of the program side, as the compiler understands them. */
import { join } from "node:path";
import ts from "typescript";
import type { Doc, Model, ObjectType, Property, Resource, Shape } from "./model";

/** What TypeScript alone can tell; the schemas add the rest. */
export type TypedModel = Pick<Model, "resources" | "objects" | "enums">;

/** A choice of several hosts is a property of its own: other languages have no class for it. */
const ownProperty: Readonly<Record<string, string>> = { AnyOf: "anyOf" };

/** @param repository its root */
export function readTypes(repository: string): TypedModel {
  const { config } = ts.readConfigFile(join(repository, "tsconfig.build.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, repository);
  const entry = join(repository, "provider/index.ts");
  const program = ts.createProgram([entry], options);
  const file = program.getSourceFile(entry);
  if (!file) throw new Error(`There is no ${entry}.`);
  return new Reader(program.getTypeChecker()).read(file);
}

class Reader {
  private readonly objects = new Map<string, ObjectType>();
  private readonly enums = new Map<string, readonly string[]>();
  /** What a host says is text: a word that is new there is no error. */
  private isInOutputs = false;

  constructor(private readonly checker: ts.TypeChecker) {}

  read(file: ts.SourceFile): TypedModel {
    const module = this.checker.getSymbolAtLocation(file);
    const classes = (module ? this.checker.getExportsOfModule(module) : [])
      .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol))
      .filter(isResource);
    const resources = classes.map((symbol) => this.resource(symbol)).sort((a, b) => (a.name < b.name ? -1 : 1));
    return { resources, objects: this.objects, enums: this.enums };
  }

  private resource(symbol: ts.Symbol): Resource {
    const name = symbol.name;
    const made = this.checker.getTypeOfSymbol(symbol).getConstructSignatures()[0];
    const args = made?.parameters[1];
    if (!args) throw new Error(`The constructor of ${name} takes no arguments.`);
    const own = this.checker
      .getDeclaredTypeOfSymbol(symbol)
      .getProperties()
      .filter((property) => property.valueDeclaration && isDeclaredOutput(property.valueDeclaration));
    return {
      name,
      summary: summaryOf(symbol),
      doc: this.docOf(symbol),
      inputs: this.properties(this.checker.getTypeOfSymbol(args), name),
      outputs: this.outputs(own, name),
    };
  }

  private outputs(symbols: readonly ts.Symbol[], owner: string): Property[] {
    this.isInOutputs = true;
    const outputs = symbols.map((symbol) => this.property(symbol, owner));
    this.isInOutputs = false;
    return outputs;
  }

  private properties(type: ts.Type, owner: string): Property[] {
    return type.getProperties().flatMap((symbol) => {
      const property = this.property(symbol, owner);
      const choices = this.members(this.checker.getTypeOfSymbol(symbol)).flatMap((member) => {
        const name = ownProperty[member.symbol?.name ?? ""];
        return name === undefined ? [] : [this.choice(name, member, owner)];
      });
      return choices.length === 0 ? [property] : [{ ...property, isRequired: false }, ...choices];
    });
  }

  private choice(name: string, type: ts.Type, owner: string): Property {
    const shape: Shape = { kind: "object", name: `${owner}${capitalized(name)}` };
    this.object(shape.name, type, type.symbol);
    return { name, doc: this.docOf(type.symbol), shape, isRequired: false, isSecret: false };
  }

  private property(symbol: ts.Symbol, owner: string): Property {
    const type = this.checker.getTypeOfSymbol(symbol);
    const isOptional = (symbol.flags & ts.SymbolFlags.Optional) !== 0 || this.mayBeUndefined(type);
    const shape = this.shape(type, `${ownerOf(symbol) ?? owner}${capitalized(symbol.name)}`);
    return { name: symbol.name, doc: this.docOf(symbol), shape, isRequired: !isOptional, isSecret: false };
  }

  /** @param name of a type that has none of its own */
  private shape(type: ts.Type, name: string): Shape {
    const members = this.members(type).filter((member) => ownProperty[member.symbol?.name ?? ""] === undefined);
    const texts = members.filter((member) => member.isStringLiteral()).map(({ value }) => value);
    const others = members.filter((member) => !member.isStringLiteral()).map((member) => this.single(member, name));
    // Beside other kinds of values the words are text: two types of one name would be wanted.
    const words: Shape[] =
      others.length > 0 || this.isInOutputs ? [{ kind: "string" }] : [this.enumeration(name, texts)];
    const all: Shape[] = [...(texts.length > 0 ? words : []), ...others];
    const distinct = [...new Map(all.map((shape) => [JSON.stringify(shape), shape])).values()];
    const [first] = distinct;
    if (first === undefined) throw new Error(`${name} has no type.`);
    return distinct.length === 1 ? first : { kind: "union", of: distinct };
  }

  private single(type: ts.Type, name: string): Shape {
    if (type.flags & ts.TypeFlags.StringLike) return { kind: "string" };
    if (type.flags & ts.TypeFlags.NumberLike) return { kind: "number" };
    if (type.flags & ts.TypeFlags.BooleanLike) return { kind: "boolean" };
    const symbol = type.aliasSymbol ?? type.symbol;
    if (symbol && isResource(symbol)) return { kind: "resource", name: symbol.name };
    const [element] = this.checker.isArrayType(type) ? this.checker.getTypeArguments(type as ts.TypeReference) : [];
    if (element) return { kind: "list", of: this.shape(element, name) };
    const index = this.checker.getIndexInfoOfType(type, ts.IndexKind.String);
    if (index) return { kind: "map", of: this.shape(index.type, name) };
    const own = symbol && isNamed(symbol) ? withoutArgs(symbol.name) : name;
    this.object(own, type, symbol);
    return { kind: "object", name: own };
  }

  private object(name: string, type: ts.Type, symbol: ts.Symbol | undefined): void {
    if (this.objects.has(name)) return;
    const doc = symbol && isNamed(symbol) ? this.docOf(symbol) : noDoc;
    this.objects.set(name, { doc, properties: [] }); // a type may have itself within
    this.objects.set(name, { doc, properties: this.properties(type, name) });
  }

  private enumeration(name: string, values: readonly string[]): Shape {
    const known = this.enums.get(name);
    if (known && JSON.stringify(known) !== JSON.stringify(values))
      throw new Error(`${name} would be two types: ${known.join(", ")}; ${values.join(", ")}.`);
    this.enums.set(name, values);
    return { kind: "enum", name };
  }

  /** Of a union, with what stands in promises and outputs; without undefined. */
  private members(type: ts.Type): ts.Type[] {
    if (type.isUnion()) return [...new Set(type.types.flatMap((member) => this.members(member)))];
    if (type.flags & ts.TypeFlags.Undefined) return [];
    const inner = this.wrapped(type);
    return inner ? this.members(inner) : [type];
  }

  private mayBeUndefined(type: ts.Type): boolean {
    if (type.isUnion()) return type.types.some((member) => this.mayBeUndefined(member));
    const inner = this.wrapped(type);
    return inner ? this.mayBeUndefined(inner) : (type.flags & ts.TypeFlags.Undefined) !== 0;
  }

  /** An output is an intersection, one part of which is what it is for. */
  private wrapped(type: ts.Type): ts.Type | undefined {
    const parts = type.isIntersection() ? type.types : [type];
    const wrapper = parts.find(({ symbol }) => symbol && ["OutputInstance", "Promise"].includes(symbol.name));
    return wrapper && this.checker.getTypeArguments(wrapper as ts.TypeReference)[0];
  }

  private docOf(symbol: ts.Symbol): Doc {
    const tags = symbol.getJsDocTags(this.checker);
    const texts = (name: string) => tags.filter((tag) => tag.name === name).map((tag) => plain(tag.text));
    const first = (key: string, name: string) => {
      const [text] = texts(name);
      return text === undefined ? {} : { [key]: text };
    };
    return {
      text: plain(symbol.getDocumentationComment(this.checker)),
      see: texts("see"),
      examples: texts("example"),
      ...first("default", "default"),
      ...first("throws", "throws"),
      ...first("deprecated", "deprecated"),
      ...first("drift", "drift"),
    };
  }
}

const noDoc: Doc = { text: "", see: [], examples: [] };

const plain = (parts: ts.SymbolDisplayPart[] | undefined) =>
  ts
    .displayPartsToString(parts)
    .replace(/^docs \//, "docs/") // `@see` takes the first word for a name
    .replace(/\{@link (\S+?)\}/g, (_, name: string) => `\`${withoutArgs(name)}\``)
    .trim();

/** The comment at the head of the file that has the class: `NAME: what it is`. */
function summaryOf({ name, valueDeclaration }: ts.Symbol): string {
  const text = valueDeclaration?.getSourceFile().text ?? "";
  const [, comment = ""] = /^\/\*\*(.*?)\*\//s.exec(text) ?? [];
  const words = comment.replace(/\s*\n?\s*\*?\s+/g, " ").trim();
  return capitalized(words.replace(`\`${name}\`: `, ""));
}

const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
const withoutArgs = (name: string) => name.replace(/Args$/, "");

function isResource(symbol: ts.Symbol): boolean {
  const declaration = symbol.valueDeclaration;
  if (!declaration || !ts.isClassDeclaration(declaration)) return false;
  const parents = declaration.heritageClauses?.flatMap(({ types }) => types.map(({ expression }) => expression));
  return parents?.some((parent) => parent.getText() === "ManagedResource") ?? false;
}

const isDeclaredOutput = (declaration: ts.Declaration) =>
  ts.isPropertyDeclaration(declaration) &&
  (declaration.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) ?? false);

const isNamed = ({ name, flags }: ts.Symbol) => !name.startsWith("__") && (flags & ts.SymbolFlags.TypeLiteral) === 0;

/** The interface that declares it, also where another one has taken it over. */
function ownerOf({ declarations }: ts.Symbol): string | undefined {
  const parent = declarations?.[0]?.parent;
  return parent && ts.isInterfaceDeclaration(parent) ? withoutArgs(parent.name.text) : undefined;
}
