# frozen_string_literal: true

require "cable_chat_test_helper"

class CableChat::GenerationTest < ActiveSupport::TestCase
  include CableChatTestHelper

  setup { @question, @answer = ask }

  # What was heard after the snapshot of the ask.
  def frames
    heard.drop(1)
  end

  def chunks
    frames.select { |frame| frame["type"] == "chunk" }
  end

  # Does something, in the job's own thread, as soon as the first piece was sent.
  def after_first_chunk
    done = false
    hook = lambda do |original, name, frame|
      original.call(name, frame)
      next if done || frame[:type] != "chunk"

      done = true
      yield
    end
    replacing(ActionCable.server, :broadcast, hook) { CableChat::AnswerJob.perform_now(@answer) }
    assert done
  end

  def use(*script, **options)
    CableChat.config.coalesce_bytes = 1
    CableChat.config.provider = ScriptedProvider.new(*script, **options)
  end

  # A step that never ends.
  def hanging
    ->(_) { Thread::Queue.new.pop }
  end

  def assert_left
    assert_empty Thread.list.select { |thread| thread.name == CableChat::ModelReader::THREAD && thread.alive? }
  end

  test "pieces, each at its byte, then the end with its proof" do
    CableChat.config.coalesce_bytes = 1
    generate(@answer, ScriptedProvider.new("aé", "☂", "😀"))

    assert_equal [ [ 0, "aé" ], [ 3, "☂" ], [ 6, "😀" ] ], chunks.map { |frame| frame.values_at("offset", "content") }
    assert_equal({ "type" => "complete", "conversation_id" => conversation_id, "message_id" => @answer, "status" => "complete",
                   "bytes" => 10 }, frames.last)
    assert_equal [ "complete", 10, "aé☂😀", true ], [ row(@answer).status, row(@answer).bytes, text_of(@answer), row(@answer).folded ]
    assert_equal 1, CableChat::Piece.where(message_id: @answer).count
  end

  test "every piece is stored, and committed, before anybody sees it" do
    CableChat.config.coalesce_bytes = 1
    open = CableChat::Message.connection.open_transactions
    seen = []
    look = lambda do |original, name, frame|
      seen << [ frame[:type], CableChat::Message.connection.open_transactions - open, text_of(@answer).bytesize ] if frame[:message_id]
      original.call(name, frame)
    end
    replacing(ActionCable.server, :broadcast, look) { generate(@answer, ScriptedProvider.new("one", "two")) }

    assert_equal [ [ "chunk", 0, 3 ], [ "chunk", 0, 6 ], [ "complete", 0, 6 ] ], seen
  end

  test "tokens are joined to pieces" do
    CableChat.config.coalesce_for = 60
    generate(@answer, ScriptedProvider.new(*"word ".chars * 500))

    assert_operator chunks.size, :<=, 4
    assert_equal "word " * 500, chunks.pluck("content").join
  end

  test "a job that is run twice does nothing the second time" do
    generate(@answer, ScriptedProvider.new("one"))
    generate(@answer, second = ScriptedProvider.new("two"))

    assert_equal [ "one", [] ], [ text_of(@answer), second.requests ]
    assert_equal 1, frames.count { |frame| frame["type"] == "complete" }
  end

  test "after a stop not a word more is stored or sent, and the model is left" do
    provider = Object.new
    provider.define_singleton_method(:stream) { |**, &take| loop { take.call(".") } }
    CableChat.config.coalesce_bytes = 1
    CableChat.config.provider = provider
    after_first_chunk { act("stop", message_id: @answer) }

    assert_left
    assert_equal "stopped", row(@answer).status
    assert_equal %w[chunk complete], frames.pluck("type")
    assert_equal [ row(@answer).bytes, text_of(@answer) ], [ frames.last["bytes"], chunks.pluck("content").join ]
  end

  test "a stop is noticed while the model is silent" do
    CableChat.config.lease = 0.03
    use("one", hanging)
    after_first_chunk { row(@answer).close_as_stopped }

    assert_left
    assert_equal [ "stopped", "one", 1 ], [ row(@answer).status, text_of(@answer), frames.size ]
  end

  test "a job that was thought dead adds nothing when it wakes" do
    use("one", "two")
    after_first_chunk do
      expire(@answer)
      resume
    end

    assert_equal [ "failed", "one" ], [ row(@answer).status, text_of(@answer) ]
    assert_equal [ [ "chunk", nil ], [ "complete", "interrupted" ] ], frames.map { |frame| [ frame["type"], frame.dig("error", "code") ] }
  end

  test "the lease is renewed while the model is silent" do
    CableChat.config.lease = 0.03
    renewals = Thread::Queue.new
    use("one", ->(_) { 5.times { renewals.pop } }, "two")
    counted = ->(original, *arguments) { original.call(*arguments).tap { renewals << true } }
    replacing(CableChat::Message, :renewal, counted) { CableChat::AnswerJob.perform_now(@answer) }

    assert_equal [ "complete", "onetwo" ], [ row(@answer).status, text_of(@answer) ]
  end

  test "a model that fails in mid-word: the text stays, and the visitor gets a safe sentence and a request id" do
    CableChat.config.coalesce_for = 60
    error = CableChat::ProviderError.new("The assistant failed.", code: "provider_error", retryable: true, request_id: "req_42",
                                                                   detail: "500: sorry")
    told = reports { generate(@answer, ScriptedProvider.new("Once upon a ti", error)) }

    assert_equal [ "failed", 14, "Once upon a ti" ], [ row(@answer).status, row(@answer).bytes, text_of(@answer) ]
    assert_equal({ "code" => "provider_error", "message" => "The assistant failed.", "retryable" => true, "request_id" => "req_42" },
                 frames.last["error"])
    assert_equal [ error, "req_42", "500: sorry" ], [ told.sole.first, *told.sole.last.values_at(:request_id, :detail) ]
  end

  test "a mistake of the provider's code is told in a safe sentence, and its request id finds it in the log" do
    told = reports { generate(@answer, ScriptedProvider.new("one", RuntimeError.new("sk-secret"))) }
    error = frames.last["error"]

    assert_equal [ "internal", true ], error.values_at("code", "retryable")
    assert_no_match(/secret/, heard.to_json)
    assert_equal [ "sk-secret", error["request_id"] ], [ told.sole.first.message, told.sole.last[:request_id] ]
    assert_equal "one", text_of(@answer)
  end

  test "a provider that is not configured is an end as well" do
    generate(@answer, "gpt")

    assert_equal [ "failed", "internal" ], [ row(@answer).status, row(@answer).error["code"] ]
  end

  test "a model that never begins, and one that hangs in mid-answer, time out and are left" do
    CableChat.config.first_byte_timeout = 0.01
    generate(@answer, ScriptedProvider.new(hanging))
    assert_left
    assert_equal [ "timeout", "" ], [ row(@answer).error["code"], text_of(@answer) ]

    CableChat.config.first_byte_timeout = 60
    CableChat.config.idle_timeout = 0.01
    _, second = ask
    generate(second, ScriptedProvider.new("one", hanging))
    assert_left
    assert_equal [ "timeout", "one" ], [ row(second).error["code"], text_of(second) ]
  end

  test "an answer that takes too long is ended, however lively it is" do
    CableChat.config.answer_timeout = 0.01
    provider = Object.new
    provider.define_singleton_method(:stream) { |**, &take| loop { take.call("") } }
    generate(@answer, provider)

    assert_equal [ "failed", "timeout" ], [ row(@answer).status, row(@answer).error["code"] ]
  end

  test "an answer that grows too large is cut at a code point" do
    CableChat.config.answer_bytes = 8
    generate(@answer, ScriptedProvider.new("☂☂", "☂☂☂"))

    assert_equal [ "complete", "length", "☂☂", 6 ], [ *row(@answer).attributes.values_at("status", "reason"), text_of(@answer), frames.last["bytes"] ]
  end

  test "after what did not fit nothing follows, though it would fit" do
    writer = CableChat::AnswerWriter.new(CableChat::Message.claim(@answer, lease = uuid), lease)
    CableChat.config.answer_bytes = 8
    [ "☂☂", "☂", "x" ].each { |piece| writer.write(piece) }

    assert_equal "☂☂", text_of(@answer)
  end

  test "after a piece that could not be stored nothing follows" do
    CableChat.config.lease = 0.01
    use("one", "two \xE2".b, "three")
    failing = lambda do |original, id, offset, text|
      raise ActiveRecord::StatementInvalid, "the disk is full" if text.start_with?("two")

      original.call(id, offset, text)
    end
    reports { replacing(CableChat::Piece, :append, failing) { CableChat::AnswerJob.perform_now(@answer) } }

    assert_equal [ "failed", "one", 3 ], [ row(@answer).status, text_of(@answer), frames.last["bytes"] ]
  end

  test "how the model ended is told, if it is worth it" do
    generate(@answer, ScriptedProvider.new("one", finish: "length"))

    assert_equal "length", frames.last["reason"]
  end

  test "a broadcast that fails does not fail the answer" do
    use("one", "two")
    told = reports { replacing(ActionCable.server, :broadcast, ->(*) { raise "no cable" }) { CableChat::AnswerJob.perform_now(@answer) } }

    assert_equal [ "complete", "onetwo" ], [ row(@answer).status, text_of(@answer) ]
    assert_equal [ "no cable" ], told.map { |error, _| error.message }.uniq
  end

  test "a database that is held for a moment is waited for, and nobody sees what is not stored" do
    use("one", "two")
    failures = 2
    failing = lambda do |original, *arguments|
      raise ActiveRecord::StatementTimeout, "locked" if (failures -= 1) >= 0

      original.call(*arguments)
    end
    replacing(CableChat::Piece, :append, failing) { CableChat::AnswerJob.perform_now(@answer) }

    assert_equal [ "complete", "onetwo", "onetwo" ], [ row(@answer).status, text_of(@answer), chunks.pluck("content").join ]
  end

  test "a connection that breaks in the commit: what was stored is not taken for lost" do
    writer = CableChat::AnswerWriter.new(message = CableChat::Message.claim(@answer, lease = uuid), lease)
    broken = false
    breaking = lambda do |original, *arguments|
      stored = original.call(*arguments)
      next stored if broken

      broken = true
      raise ActiveRecord::ConnectionNotEstablished, "broken"
    end
    replacing(message, :append, breaking) { writer.write("one") }
    writer.write("two")

    assert_equal [ "onetwo", [ 0, 3 ] ], [ text_of(@answer), chunks.pluck("offset") ]
  end

  test "a database that stays away: the answer ends at what is stored, or is left to its deadline" do
    CableChat.config.lease = 0.01
    use("one", "two")
    failing = ->(*) { raise ActiveRecord::StatementInvalid, "the disk is full" }
    told = reports { replacing(CableChat::Piece, :append, failing) { CableChat::AnswerJob.perform_now(@answer) } }

    assert_equal [ "failed", "internal", 0 ], [ row(@answer).status, row(@answer).error["code"], row(@answer).bytes ]
    assert_empty chunks
    assert_includes told.map { |error, _| error.message }, "the disk is full"
  end

  test "a worker that is shut down ends its answer at once" do
    shutdown = Class.new(Interrupt)
    use("one", "two")
    assert_raises(shutdown) { after_first_chunk { raise shutdown } }

    assert_equal [ "failed", "interrupted", "one" ], [ row(@answer).status, row(@answer).error["code"], text_of(@answer) ]
    assert_equal 1, frames.count { |frame| frame["type"] == "complete" }
  end

  test "the model gets the system prompt, the thread and the question" do
    generate(@answer, ScriptedProvider.new("Because."))
    CableChat.config.system_prompt = "Be brief."
    _, second = ask("And?")
    generate(second, provider = ScriptedProvider.new("So."))
    request = provider.requests.sole

    assert_equal [ "Be brief.", 2_048 ], request.values_at(:system, :max_tokens)
    assert_equal [ %w[user Why?], %w[assistant Because.], %w[user And?] ], request[:messages].map(&:values)
  end

  test "any cut of any text into tokens is stored and sent byte for byte" do
    random = Random.new(seed = Integer(ENV["SEED"] || Random.new_seed % 2**32))
    text = Array.new(3_000) { [ "a", "é", "☂", "😀", "\u0000", "<", "\n", " " ].sample(random: random) }.join
    tokens = []
    rest = text.b
    tokens << rest.slice!(0, random.rand(1..7)) until rest.empty?
    CableChat.config.coalesce_bytes = random.rand(1..50)
    generate(@answer, ScriptedProvider.new(*tokens))

    assert_equal [ text, text ], [ text_of(@answer), chunks.pluck("content").join ], "SEED=#{seed}"
    assert_equal chunks.map { |frame| frame["offset"] + frame["content"].bytesize }, chunks.drop(1).pluck("offset") + [ text.bytesize ]
  end
end
