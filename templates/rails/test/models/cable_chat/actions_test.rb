# frozen_string_literal: true

require "cable_chat_test_helper"

class CableChat::ActionsTest < ActiveSupport::TestCase
  include CableChatTestHelper

  ALL = %w[resume history ask regenerate edit stop feedback].freeze

  test "an ask stores the question and its queued answer, tells everybody, and enqueues the job" do
    client_id = uuid
    snapshot = nil
    assert_enqueued_with(job: CableChat::AnswerJob) { snapshot = act("ask", client_id: client_id, message: "Warum ☂?").sole }
    question, answer = snapshot["messages"]

    assert_equal({ "id" => client_id, "role" => "user", "status" => "complete", "position" => 1, "in_reply_to" => nil, "offset" => 0,
                   "content" => "Warum ☂?", "bytes" => 10 }, question.except("created_at"))
    assert_equal({ "role" => "assistant", "status" => "queued", "position" => 2, "in_reply_to" => client_id, "offset" => 0,
                   "content" => "" }, answer.except("id", "created_at"))
    assert_in_delta Time.now.to_f * 1_000, answer["created_at"], 60_000
    assert_equal %w[type conversation_id messages], snapshot.keys
    assert_equal [ snapshot ], heard
    assert_equal answer["id"], enqueued_jobs.sole["arguments"].sole
  end

  test "the same ask ten times makes one question and one answer, and each is told" do
    client_id = uuid
    snapshots = 10.times.map { act("ask", client_id: client_id, message: "Why?").sole }

    assert_equal 1, snapshots.map { |snapshot| snapshot["messages"].pluck("id") }.uniq.size
    assert_equal [ 2, 1 ], [ CableChat::Message.count, heard.size ]
    assert_equal 10, enqueued_jobs.size, "a queued answer is enqueued again: its job may have been lost"
  end

  test "what was accepted is never refused, whatever the limits say by now" do
    id, answer = ask_and_answer
    CableChat.config.asks_per_minute = 1
    CableChat.config.message_bytes = 1
    snapshot = act("ask", client_id: id, message: "Why?").sole

    assert_equal [ id, answer ], snapshot["messages"].pluck("id")
    assert_equal [ "Why?", "Because." ], snapshot["messages"].pluck("content")
    assert_equal "rate_limited", refusal_of(act("ask", client_id: uuid, message: "?"))
  end

  test "an ask follows the thread that is shown" do
    question, answer = ask_and_answer
    again = act("regenerate", message_id: answer, client_id: uuid).sole["messages"].sole
    assert_equal [ question, 3, "queued" ], again.values_at("in_reply_to", "position", "status")
    generate(again["id"])
    second, = ask("And?")

    assert_equal again["id"], row(second).in_reply_to
  end

  test "an edit stands beside the question that it replaces" do
    question, = ask_and_answer
    second, = ask_and_answer("And?")
    edited, answer = act("edit", message_id: second, client_id: uuid, message: "Or?").sole["messages"]

    assert_equal row(second).in_reply_to, edited["in_reply_to"]
    assert_equal [ 5, 6 ], [ edited["position"], answer["position"] ]
    first = act("stop", message_id: answer["id"]) && act("edit", message_id: question, client_id: uuid, message: "What?").sole["messages"].first
    assert_nil first.fetch("in_reply_to")
  end

  test "only an answer is regenerated, and only a question edited, of this conversation" do
    question, answer = ask_and_answer
    other = uuid
    foreign_question, foreign_answer = ask_and_answer(to: other)

    [ [ "regenerate", question ], [ "regenerate", foreign_answer ], [ "regenerate", uuid ], [ "edit", answer ],
      [ "edit", foreign_question ], [ "stop", question ], [ "stop", foreign_answer ], [ "feedback", foreign_answer ] ].each do |action, id|
      frame = act(action, message_id: id, client_id: uuid, message: "x", value: "up", at: 1).sole
      assert_equal [ "invalid", "There is no such message in this conversation." ], frame.values_at("code", "message"), action
      assert_equal id, frame["message_id"]
    end
  end

  test "a client_id that is taken in another conversation tells nothing of it" do
    id, = ask_and_answer
    frame = act("ask", to: uuid, client_id: id, message: "Why?").sole

    assert_equal [ "invalid", id ], frame.values_at("code", "client_id")
    assert_equal 1, CableChat::Conversation.count, "the conversation that was made for it is not kept"
  end

  test "stop closes a queued answer and tells everybody once" do
    _, answer = ask
    first = act("stop", message_id: answer).sole
    second = act("stop", message_id: answer).sole

    assert_equal [ "stopped", 0 ], first["messages"].sole.values_at("status", "bytes")
    assert_equal first, second
    assert_equal [ { "type" => "complete", "conversation_id" => conversation_id, "message_id" => answer, "status" => "stopped",
                     "bytes" => 0 } ], heard.drop(1)
    generate(answer)
    assert_equal 2, heard.size, "its job finds nothing to do"
  end

  test "the newest feedback counts" do
    _, answer = ask_and_answer
    [ [ "up", 7, "up", 7 ], [ "down", 6, "up", 7 ], [ "down", 7, "up", 7 ], [ nil, 8, nil, 8 ] ].each do |value, at, stored, stored_at|
      entry = act("feedback", message_id: answer, value: value, at: at).sole["messages"].sole
      assert_equal({ "value" => stored, "at" => stored_at }, entry["feedback"])
    end
  end

  test "somebody else can do nothing, and learns nothing" do
    question, answer = ask_and_answer
    before = [ CableChat::Message.all.to_a, heard.size ]
    ALL.each do |action|
      frame = act(action, by: eve, client_id: uuid, message_id: action == "edit" ? question : answer, message: "x", value: "up", at: 1, before: 9).sole
      assert_equal [ "error", "forbidden" ], frame.values_at("type", "code"), action
    end
    assert_equal before, [ CableChat::Message.all.to_a, heard.size ]
    assert_empty heard(eve)
  end

  test "a conversation that does not exist is empty for everybody, and belongs to the first accepted ask" do
    CableChat.config.message_bytes = 3
    assert_equal "too_long", refusal_of(act("ask", by: eve, client_id: uuid, message: "four"))
    assert_equal 0, CableChat::Conversation.count
    ask("Me!")

    assert_equal ada.id, CableChat::Conversation.sole.owner
    assert_equal "forbidden", refusal_of(act("ask", by: eve, client_id: uuid, message: "Me?"))
  end

  test "the size of a question is counted in bytes" do
    CableChat.config.message_bytes = 10
    ask("aé☂😀")

    assert_equal "too_long", refusal_of(act("ask", to: uuid, client_id: uuid, message: "aé☂😀."))
  end

  test "one answer at a time in a conversation, and a few of a visitor" do
    ask
    assert_equal "busy", refusal_of(act("ask", client_id: uuid, message: "x"))
    2.times { ask(to: uuid) }
    assert_equal "busy", refusal_of(act("ask", to: uuid, client_id: uuid, message: "x"))
    ask(by: eve, to: uuid)
  end

  test "a flood is refused, over all conversations, and nothing of it stored" do
    CableChat.config.asks_per_minute = 3
    3.times { ask_and_answer(to: uuid) }
    codes = 50.times.map { refusal_of(act("ask", to: uuid, client_id: uuid, message: "x")) }

    assert_equal [ "rate_limited" ], codes.uniq
    assert_equal [ 3, 6 ], [ CableChat::Conversation.count, CableChat::Message.count ]
    CableChat::Message.update_all(created_at: 61.seconds.ago)
    ask(to: uuid)
  end

  test "answers from before the clock was set back do not count" do
    CableChat.config.asks_per_minute = 1
    ask_and_answer
    CableChat::Message.update_all(created_at: 1.day.from_now)

    assert_predicate ask(to: uuid), :all?
  end

  test "every action closes what is dead, in all conversations" do
    ALL.each do |action|
      other = uuid
      _, dead = ask(by: eve, to: other)
      CableChat::Message.claim(dead, uuid).append(row(dead).lease, 0, "aé")
      expire(dead)
      act(action, to: uuid, client_id: uuid, message_id: uuid, message: "x", value: "up", at: 1, before: 9)

      assert_equal [ "failed", "interrupted", true ], [ row(dead).status, *row(dead).error.values_at("code", "retryable") ], action
      assert_equal [ "complete", 3 ], heard(eve, other).last.values_at("type", "bytes")
      CableChat::Message.where(role: "assistant").update_all(status: "stopped")
    end
  end

  test "a dead answer does not keep its owner busy" do
    _, dead = ask
    expire(dead)

    assert_predicate ask("Again?"), :all?
  end

  test "every action is answered, also a malformed one, by a refusal with its ids" do
    frame = act("ask", client_id: "1", message: "x").sole
    assert_equal({ "type" => "error", "conversation_id" => conversation_id, "client_id" => "1", "code" => "invalid",
                   "message" => "client_id must be a UUID.", "retryable" => false }, frame)
    assert_equal "invalid", refusal_of(act("shutdown"))
    [ nil, [], "x", 5 ].each do |data|
      frames = []
      CableChat::Actions.perform(visitor: ada, conversation_id: conversation_id, action: "ask", data: data) { |one| frames << one }
      assert_equal "invalid", frames.sole[:code]
    end
  end

  test "a database that fails is told in a safe sentence, and to Rails.error" do
    failure = ->(*) { raise ActiveRecord::StatementInvalid, "PG::Secret" }
    frames = nil
    told = reports { replacing(CableChat::Conversation, :hold, failure) { frames = act("ask", client_id: uuid, message: "x") } }

    assert_equal [ "internal", true ], frames.sole.values_at("code", "retryable")
    assert_no_match(/Secret/, frames.to_json)
    assert_kind_of ActiveRecord::StatementInvalid, told.sole.first
  end

  test "a queue that is not there does not refuse what is stored" do
    told = reports { replacing(CableChat::AnswerJob, :perform_later, ->(*) { raise "no queue" }) { ask } }

    assert_equal "no queue", told.sole.first.message
  end

  test "a broadcast that fails does not fail the action" do
    told = reports { replacing(ActionCable.server, :broadcast, ->(*) { raise "no cable" }) { ask } }

    assert_equal "no cable", told.sole.first.message
  end

  test "after the commit it broadcasts, transmits and enqueues, in this order" do
    order = []
    note = ->(what) { ->(original, *arguments, **) { order << [ what, CableChat::Message.connection.open_transactions - @open ] && original.call(*arguments) } }
    @open = CableChat::Message.connection.open_transactions
    replacing(ActionCable.server, :broadcast, note.call(:broadcast)) do
      replacing(CableChat::AnswerJob, :perform_later, note.call(:enqueue)) do
        CableChat::Actions.perform(visitor: ada, conversation_id: conversation_id, action: "ask",
                                   data: { "client_id" => uuid, "message" => "x" }) { order << [ :transmit, CableChat::Message.connection.open_transactions - @open ] }
      end
    end

    assert_equal [ [ :broadcast, 0 ], [ :transmit, 0 ], [ :enqueue, 0 ] ], order
  end
end
