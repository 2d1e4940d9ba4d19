/**
 * Runs in the user's Ruby: reads `[{path, text}]` as JSON from stdin, and prints a JSON line for each: `{path, tree}` or
 * `{path, error}`. It parses and runs none of it. Ripper is in Ruby's standard library since 1.9, and its trees are
 * brought into a handful of kinds here, so that the rules need not know them.
 */
export const RUBY_SCRIPT = String.raw`
require "json"
require "ripper"

$stdin.binmode
Encoding.default_external = Encoding::UTF_8
Encoding.default_internal = Encoding::UTF_8

# Ripper says nothing of why; Ruby's own parser does.
def complaint(text)
  RubyVM::InstructionSequence.compile(text)
  "it does not parse"
rescue SyntaxError => error
  error.message.lines.map(&:strip).reject(&:empty?).first(2).join(" ").sub("<compiled>:", "line ")
rescue NameError
  "it does not parse"
end

class Simplifier
  def program(sexp) = many(sexp[1])

  # Statements, arguments: whatever is a list.
  def many(list)
    return [] if list.nil?
    return [node(list)] if tagged?(list)
    list.filter_map { |each| each.is_a?(Array) ? node(each) : nil }
  end

  def tagged?(sexp) = sexp.is_a?(Array) && sexp[0].is_a?(Symbol)

  def line(sexp)
    return nil unless sexp.is_a?(Array)
    return sexp[2][0] if sexp[0].is_a?(Symbol) && sexp[0].start_with?("@")
    sexp.each { |each| found = line(each); return found if found }
    nil
  end

  def text(sexp)
    return nil unless sexp.is_a?(Array)
    return sexp[1].to_s if sexp[0].is_a?(Symbol) && sexp[0].start_with?("@")
    case sexp[0]
    when :const_path_ref, :const_path_field then [text(sexp[1]), text(sexp[2])].compact.join("::")
    when :top_const_ref, :var_ref, :const_ref, :var_field, :vcall, :fcall, :symbol, :top_const_field then text(sexp[1])
    end
  end

  def made(kind, sexp, fields = {}) = { kind: kind, line: line(sexp) || 0 }.merge(fields.compact)

  def node(sexp)
    return { kind: "seq", line: line(sexp) || 0, children: many(sexp) } unless tagged?(sexp)
    case sexp[0]
    when :program, :paren, :else, :ensure, :BEGIN, :begin, :stmts_add then made("seq", sexp, children: body(sexp[1]))
    when :bodystmt then made("seq", sexp, children: body(sexp))
    when :class then made("class", sexp, name: text(sexp[1]), receiver: sexp[2] && node(sexp[2]), children: body(sexp[3]))
    when :module then made("module", sexp, name: text(sexp[1]), children: body(sexp[2]))
    when :sclass then made("seq", sexp, children: body(sexp[2]))
    when :def then made("def", sexp, name: text(sexp[1]), params: names(sexp[2]), children: body(sexp[3]))
    when :defs then made("def", sexp, name: text(sexp[3]), receiver: node(sexp[1]), params: names(sexp[4]), children: body(sexp[5]))
    when :vcall, :fcall, :zsuper, :super then call(sexp, nil, text(sexp[1]) || "super", sexp[0] == :super ? args(sexp[1]) : [])
    when :command then call(sexp, nil, text(sexp[1]), args(sexp[2]))
    when :call then call(sexp, sexp[1], sexp[3] == :call ? "call" : text(sexp[3]), [])
    when :command_call then call(sexp, sexp[1], text(sexp[3]), args(sexp[4]))
    when :method_add_arg
      inner = node(sexp[1])
      inner[:args] = args(sexp[2])
      inner
    when :method_add_block
      inner = node(sexp[1])
      inner = made("seq", sexp, children: [inner]) unless inner[:kind] == "call"
      inner[:block] = block(sexp[2])
      inner
    when :lambda then made("block", sexp, block: { params: names(sexp[1]), body: body(sexp[2]) })
    when :aref then call(sexp, sexp[1], "[]", args(sexp[2]))
    when :assign then assign(sexp, sexp[1], sexp[2])
    when :opassign then assign(sexp, sexp[1], sexp[3]).merge(operator: sexp[2][1])
    when :massign then made("seq", sexp, children: targets(sexp[1]) + many(sexp[2]))
    when :var_ref, :var_field then variable(sexp, sexp[1])
    when :const_path_ref, :top_const_ref then made("const", sexp, name: text(sexp))
    when :string_literal, :xstring_literal, :dyna_symbol, :regexp_literal then string(sexp)
    when :string_concat then made("string", sexp, children: many(sexp[1..]))
    when :symbol_literal then made("symbol", sexp, value: text(sexp[1]))
    when :hash then made("hash", sexp, children: pairs(sexp[1] && sexp[1][1]))
    when :bare_assoc_hash then made("hash", sexp, children: pairs(sexp[1]))
    when :array then made("array", sexp, children: many(sexp[1]))
    when :if, :elsif then made("if", sexp, test: node(sexp[1]), children: many(sexp[2]) + many(sexp[3] && [sexp[3]]))
    when :unless then made("if", sexp, test: node(sexp[1]), children: many(sexp[2]) + many(sexp[3] && [sexp[3]]))
    when :if_mod, :unless_mod then made("if", sexp, test: node(sexp[1]), children: many([sexp[2]]))
    when :ifop then made("if", sexp, test: node(sexp[1]), children: many(sexp[2..]))
    when :binary
      # a && b is a condition; its parts are read as everything else is.
      kind = %i[&& || and or].include?(sexp[2]) ? "logic" : "other"
      made(kind, sexp, name: sexp[2].to_s, children: many([sexp[1], sexp[3]]))
    when :rescue_mod then made("rescue", sexp, children: many([sexp[2]]), tried: many([sexp[1]]))
    else leaf(sexp)
    end
  end

  def leaf(sexp)
    return token(sexp) if sexp[0].start_with?("@")
    made("other", sexp, name: sexp[0].to_s, children: many(sexp[1..]))
  end

  def token(sexp)
    case sexp[0]
    when :@const then made("const", sexp, name: sexp[1])
    when :@int, :@float then made("number", sexp, value: sexp[1])
    when :@tstring_content then made("string", sexp, value: sexp[1])
    when :@ident then made("local", sexp, name: sexp[1])
    when :@ivar then made("ivar", sexp, name: sexp[1])
    when :@label then made("symbol", sexp, value: sexp[1].chomp(":"))
    else made("other", sexp, name: sexp[1].to_s)
    end
  end

  def variable(sexp, name)
    case name && name[0]
    when :@ivar then made("ivar", sexp, name: name[1])
    when :@const then made("const", sexp, name: name[1])
    when :@ident then made("local", sexp, name: name[1])
    when :@kw then made("keyword", sexp, name: name[1])
    else made("other", sexp)
    end
  end

  # Of a statement list, or of a body with its rescues.
  def body(sexp)
    return [] if sexp.nil?
    return many(sexp) unless sexp[0] == :bodystmt
    rest = sexp[1]
    tried = many(tagged?(rest) ? [rest] : rest)
    tried + rescues(sexp[2], tried) + many(sexp[3] && [sexp[3]]) + many(sexp[4] && [sexp[4]])
  end

  def rescues(sexp, tried)
    return [] if sexp.nil?
    first = made("rescue", sexp, name: sexp[2] && text(sexp[2]), classes: classes(sexp[1]), children: many(sexp[3]))
    [first] + rescues(sexp[4], tried)
  end

  def classes(sexp) = sexp.nil? ? [] : (tagged?(sexp) ? [sexp] : sexp).filter_map { |each| text(each) }

  def call(sexp, receiver, name, arguments)
    made("call", sexp, receiver: receiver && node(receiver), name: name.to_s, args: arguments)
  end

  def args(sexp)
    return [] unless sexp.is_a?(Array)
    return many(sexp) unless tagged?(sexp)
    case sexp[0]
    when :arg_paren, :paren then args(sexp[1])
    when :args_add_block then many(sexp[1]) + (sexp[2] ? many([sexp[2]]) : [])
    when :args_forward then []
    else [node(sexp)]
    end
  end

  def block(sexp) = { params: names(sexp[1]), body: body(sexp[2]) }

  def names(sexp)
    found = []
    walk = lambda do |each|
      next unless each.is_a?(Array)
      if each[0] == :@ident then found << each[1]
      elsif each[0] == :@label then found << each[1].chomp(":")
      else each.each(&walk)
      end
    end
    walk.call(sexp)
    found
  end

  def targets(sexp) = (tagged?(sexp) ? [sexp] : Array(sexp)).flat_map { |each| tagged?(each) ? [assign(each, each, nil)] : [] }

  def assign(sexp, target, value)
    fields = { value_node: value && (tagged?(value) ? node(value) : made("seq", value, children: many(value))) }
    case target[0]
    when :var_field
      made("assign", sexp, fields.merge(target: variable(target, target[1])))
    when :field
      made("assign", sexp, fields.merge(receiver: node(target[1]), name: text(target[3])))
    when :aref_field
      made("assign", sexp, fields.merge(receiver: node(target[1]), name: "[]", args: args(target[2])))
    else made("assign", sexp, fields.merge(name: text(target)))
    end
  end

  def string(sexp)
    content = sexp[1]
    parts = content.is_a?(Array) && content[0] == :string_content ? content[1..] : content
    children = tagged?(parts) ? [node(parts)] : many(parts)
    if children.all? { |each| each[:kind] == "string" && each[:value] }
      return made("string", sexp, value: children.map { |each| each[:value] }.join)
    end
    made("string", sexp, children: children)
  end

  def pairs(list)
    Array(list).filter_map do |each|
      next unless tagged?(each)
      if each[0] == :assoc_new
        key = each[1]
        name = key[0] == :@label ? key[1].chomp(":") : node(key)[:value]
        # {name:} is {name: name}.
        value = each[2] ? node(each[2]) : made("local", key, name: name)
        made("pair", each, name: name, value_node: value)
      else
        made("other", each, name: "splat", children: many(each[1..]))
      end
    end
  end
end

JSON.parse($stdin.read).each do |source|
  answer = { path: source["path"] }
  begin
    sexp = Ripper.sexp(source["text"])
    answer.merge!(sexp ? { tree: Simplifier.new.program(sexp) } : { error: complaint(source["text"]) })
  rescue StandardError, SystemStackError => error
    answer[:error] = "it could not be read (#{error.class}: #{error.message.lines.first.to_s.strip})"
  end
  puts JSON.generate(answer, max_nesting: false)
end
`;
