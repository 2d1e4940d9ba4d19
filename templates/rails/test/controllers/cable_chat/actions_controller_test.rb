# frozen_string_literal: true

require "cable_chat_test_helper"
require "cable_chat_identity_helper"

class CableChat::ActionsControllerTest < ActionDispatch::IntegrationTest
  include CableChatTestHelper
  include CableChatIdentityHelper

  setup { @ada, @eve = CableChat::Visitor.user("ada"), CableChat::Visitor.user("eve") }

  test "an action is answered with what the channel would have transmitted, in order" do
    perform "resume"

    assert_response :success
    assert_equal %w[hello snapshot], frames.map { |frame| frame["type"] }
    assert_equal @ada.id, frames.first["user"]
  end

  test "a question is stored, broadcast and answered" do
    id = uuid
    perform "ask", client_id: id, message: "Why?"

    assert_equal id, frames.sole["messages"].first["id"]
    assert_equal "Why?", row(id).then { |message| text_of(message.id) }
    assert_equal [ "snapshot" ], heard(@ada).map { |frame| frame["type"] }
    assert_enqueued_jobs 1, only: CableChat::AnswerJob
  end

  test "without a token, the caller is who the request's cookies say" do
    identify_as(@eve)
    perform "resume", token: nil

    assert_equal @eve.id, frames.first["user"]
  end

  test "a token counts, and not the cookies beside it" do
    identify_as(@eve)
    perform "resume"

    assert_equal @ada.id, frames.first["user"]
  end

  test "somebody else's conversation can be neither written, stopped nor read" do
    perform "ask", client_id: uuid, message: "A secret"
    answer = frames.sole["messages"].last["id"]

    perform "ask", token: token_of(@eve), client_id: uuid, message: "Mine"
    assert_equal "forbidden", frames.sole["code"]
    perform "stop", token: token_of(@eve), message_id: answer
    assert_equal "forbidden", frames.sole["code"]
    %w[resume history].each do |action|
      perform action, token: token_of(@eve), before: 100
      assert_not_includes response.body, "A secret"
    end
    assert_equal "queued", row(answer).status
  end

  test "the stream that is named is the caller's own" do
    perform "stream"
    assert_equal stream(@ada), AnyCable::Streams.verified(json["signed_stream_name"])
    assert_empty frames

    perform "stream", token: token_of(@eve)
    assert_equal stream(@eve), AnyCable::Streams.verified(json["signed_stream_name"])
  end

  test "an expired token is told from a bad one" do
    perform "resume", token: AnyCable::JWT.encode({ visitor: @ada }, expires_at: 1.second.ago)
    assert_refused 401, "token_expired"

    bad_tokens.each do |token|
      perform "resume", token: token
      assert_refused 401, "unauthorized", token
    end
  end

  test "a bad token is not made good by a cookie" do
    identify_as(@ada)
    perform "resume", token: "a.b.c"

    assert_refused 401, "unauthorized"
  end

  test "who is nobody is refused" do
    identify_as(nil)
    perform "resume", token: nil

    assert_refused 401, "unauthorized"
  end

  test "another site cannot use the visitor's cookie" do
    identify_as(@ada)
    [ { "Origin" => "https://evil.example" }, { "Sec-Fetch-Site" => "cross-site" }, { "Sec-Fetch-Site" => "same-site" } ].each do |headers|
      perform "resume", token: nil, headers: headers
      assert_refused 403, "forbidden", headers
    end
  end

  test "only JSON is taken" do
    [ "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x" ].each do |type|
      send_body({ action: "resume", conversation_id: conversation_id }.to_json, type: type)
      assert_refused 415, "invalid", type
    end
  end

  test "what is no JSON, no object, or names no conversation is refused" do
    [
      "", "{", "[]", "1", "null", "\xff", "{}", { action: "resume" }.to_json, { conversation_id: conversation_id }.to_json,
      { action: "resume", conversation_id: "1" }.to_json, { action: 1, conversation_id: conversation_id }.to_json,
      { action: "resume", conversation_id: [ conversation_id ] }.to_json
    ].each do |body|
      send_body(body)
      assert_refused 400, "invalid", body
    end
  end

  test "a malformed query is refused" do
    post "#{cable_chat_actions_path}?a=%ff", params: "{}", headers: { "Content-Type" => "application/json" }

    assert_refused 400, "invalid"
  end

  test "an unknown action is refused by the chat, in a frame" do
    perform "shutdown"

    assert_response :success
    assert_equal "invalid", frames.sole["code"]
  end

  test "what is too large is refused before it is read" do
    perform "ask", client_id: uuid, message: "x" * CableChat::ActionsController::MOST_BYTES

    assert_refused 413, "too_long"
    assert_equal 0, CableChat::Message.count
  end

  test "a mistake of ours is reported, and told in a safe sentence" do
    reported = reports do
      replacing(CableChat::Actions, :perform, ->(*) { raise "a secret detail" }) { perform "resume" }
    end

    assert_refused 500, "internal"
    assert_not_includes response.body, "secret"
    assert_equal [ "a secret detail" ], reported.map { |error, _| error.message }
  end

  test "what visitors write is not in the log" do
    log = StringIO.new
    logger = ActiveSupport::Logger.new(log)
    replacing(ActionController::Base, :logger, ->(*) { logger }) do
      perform "ask", client_id: uuid, message: "between you and me"
    end

    assert_not_includes log.string, "between you and me"
  end

  private
    def perform(action, token: token_of(@ada), headers: {}, **data)
      body = { action: action, conversation_id: conversation_id, **data }.to_json
      send_body(body, token: token, headers: headers)
    end

    def send_body(body, type: "application/json", token: token_of(@ada), headers: {})
      authorization = token ? { "Authorization" => "Bearer #{token}" } : {}
      post cable_chat_actions_path, params: body, headers: { "Content-Type" => type, **authorization, **headers }
    end

    def token_of(visitor)
      AnyCable::JWT.encode({ visitor: visitor })
    end

    def bad_tokens
      good = token_of(@ada)
      none = [ { alg: "none" }, { visitor: @ada.to_gid_param } ].map { |part| Base64.urlsafe_encode64(part.to_json) }.join(".")
      [
        "x", "a.b.c", "#{none}.", good.split(".").first(2).join("."), "#{good}x",
        AnyCable::JWT.encode({ visitor: @ada }, secret_key: "another"), AnyCable::JWT.encode({ other: 1 }),
        AnyCable::JWT.encode({ visitor: "ada" }), "#{Base64.urlsafe_encode64("[1]")}.e30.x"
      ]
    end

    def json
      JSON.parse(response.body)
    end

    def frames
      json.fetch("frames")
    end

    def assert_refused(status, code, what = nil)
      assert_equal [ status, code ], [ response.status, json.dig("error", "code") ], what.inspect
      assert_predicate json.dig("error", "message"), :present?
      assert_equal "no-store", response.headers["Cache-Control"]
    end
end
